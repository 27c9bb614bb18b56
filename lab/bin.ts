#!/usr/bin/env node
import { runCli } from './cli.ts';

const interruption = new AbortController();
process.on('SIGINT', () => interruption.abort());
process.on('SIGTERM', () => interruption.abort());

const { argv, stdout, stderr } = process;
process.exitCode = await runCli({ args: argv.slice(2), stdout, stderr, signal: interruption.signal });
