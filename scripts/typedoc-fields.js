// A typedoc plugin: the reference lists the options of each strategy from the fields it declares, so that a default and
// its meaning are written once.
import { Comment, Converter, ReflectionKind } from 'typedoc';
import ts from 'typescript';

/** The literal behind a name somewhere inside a declaration such as `maxNorm: threshold({ default: 1, about: '…' })`. */
function valueOf(node, name) {
  if (ts.isPropertyAssignment(node) && node.name.getText() === name) return node.initializer;
  return ts.forEachChild(node, (child) => valueOf(child, name));
}

/** The default and the meaning of one member of a factory's `fields`, or undefined for a property of any other kind. */
function fieldOf(context, reflection) {
  const declaration = context.getSymbolFromReflection(reflection)?.declarations?.[0];
  const about = declaration && valueOf(declaration, 'about');
  if (about === undefined || !ts.isStringLiteralLike(about)) return undefined;
  // `optional(…)` stands around a field and makes null its default, whatever the field inside says.
  const isOptional =
    ts.isCallExpression(declaration.initializer) && declaration.initializer.expression.getText() === 'optional';
  const value = isOptional ? 'null' : (valueOf(declaration, 'default')?.getText() ?? 'null');
  return { name: reflection.name, default: value, about: about.text };
}

/** Called by typedoc when it loads the plugin. */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context) => {
    const tables = new Map();
    for (const property of context.project.getReflectionsByKind(ReflectionKind.Property)) {
      // Fields, and the names of what is remembered, stand in type literals inside the type of the factory's variable.
      const factory = property.parent?.parent;
      if (factory?.type?.name !== 'StrategyFactory') continue;
      const field = fieldOf(context, property);
      const text = field?.about ?? 'Part of what the strategy remembers.';
      property.comment ??= new Comment([{ kind: 'text', text }]);
      if (field !== undefined) tables.set(factory, [...(tables.get(factory) ?? []), field]);
    }
    for (const [factory, fields] of tables) {
      const cell = (text) => text.replaceAll('|', '\\|');
      const rows = fields.map((field) => `| \`${field.name}\` | \`${cell(field.default)}\` | ${cell(field.about)} |`);
      const table = ['\n\n| option | default | meaning |', '|---|---|---|', ...rows].join('\n');
      factory.comment?.summary.push({ kind: 'text', text: table });
    }
  });
}
