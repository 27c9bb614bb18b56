// A typedoc plugin that adds to each strategy's reference page: the table of its options, its source and a link to its
// page in the guide. Options and source come from the declaration.
import { Comment, Converter, ReflectionKind } from 'typedoc';
import ts from 'typescript';

/** The literal behind a name somewhere inside a declaration such as `maxNorm: threshold({ default: 1, about: '…' })`. */
function valueOf(node, name) {
  if (ts.isPropertyAssignment(node) && node.name.getText() === name) return node.initializer;
  return ts.forEachChild(node, (child) => valueOf(child, name));
}

/** The syntax node that declares a reflection. */
function declarationOf(context, reflection) {
  return context.getSymbolFromReflection(reflection)?.declarations?.[0];
}

/** The default and the meaning of one member of a factory's `fields`, or undefined for a property of any other kind. */
function fieldOf(context, reflection) {
  const declaration = declarationOf(context, reflection);
  const about = declaration && valueOf(declaration, 'about');
  if (about === undefined || !ts.isStringLiteralLike(about)) return undefined;
  // `optional(…)` wraps a field and changes its default to null.
  const isOptional =
    ts.isCallExpression(declaration.initializer) && declaration.initializer.expression.getText() === 'optional';
  const value = isOptional ? 'null' : (valueOf(declaration, 'default')?.getText() ?? 'null');
  return { name: reflection.name, default: value, about: about.text };
}

function tableOf(fields) {
  const cell = (text) => text.replaceAll('|', '\\|');
  const rows = fields.map((field) => `| \`${field.name}\` | \`${cell(field.default)}\` | ${cell(field.about)} |`);
  return ['| option | default | meaning |', '|---|---|---|', ...rows].join('\n');
}

/** The citation of a strategy, from the `source` that it declares. */
function citationOf(declaration) {
  const source = valueOf(declaration, 'source');
  if (source === undefined) return '';
  const text = (name) => valueOf(source, name)?.text;
  const section = text('section');
  return `Source: ${text('authors')} (${text('year')}), *${text('title')}*${section ? `, ${section}` : ''}. <${text('url')}>`;
}

/** Called by typedoc when it loads the plugin. */
export function load(app) {
  // A function's page then lists the options that it takes.
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const options of project.getReflectionsByKind(ReflectionKind.Interface)) {
      if (options.name.endsWith('Options')) options.comment?.modifierTags.add('@expand');
    }
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context) => {
    const fieldsOf = new Map();
    for (const property of context.project.getReflectionsByKind(ReflectionKind.Property)) {
      // Option fields and state tensors are properties of type literals inside the type of the factory.
      const factory = property.parent?.parent;
      if (factory?.type?.name !== 'StrategyFactory') continue;
      const field = fieldOf(context, property);
      const text = field?.about ?? 'Part of the state of the strategy.';
      property.comment ??= new Comment([{ kind: 'text', text }]);
      if (field !== undefined) fieldsOf.set(factory, [...(fieldsOf.get(factory) ?? []), field]);
    }
    const pages = context.project.getReflectionsByKind(ReflectionKind.Document);
    for (const factory of context.project.getReflectionsByKind(ReflectionKind.Variable)) {
      if (factory.type?.name !== 'StrategyFactory') continue;
      const declaration = declarationOf(context, factory);
      const id = valueOf(declaration, 'id').text;
      const page = pages.find(({ name }) => name === id);
      const parts = [fieldsOf.has(factory) ? tableOf(fieldsOf.get(factory)) : '', citationOf(declaration)].filter(
        Boolean,
      );
      factory.comment.summary.push(
        {
          kind: 'text',
          text: `\n\n${parts.join('\n\n')}\n\nBehaviour and limitations: `,
        },
        { kind: 'inline-tag', tag: '@link', text: id, target: page },
        { kind: 'text', text: '.' },
      );
    }
  });
}
