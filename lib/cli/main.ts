#!/usr/bin/env node
import { endWhenOutputCloses } from './closed-output.ts'
import { runCommand } from './command.ts'

endWhenOutputCloses(process.stdout, process.stderr)

process.exitCode = await runCommand(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  interruption: () =>
    new Promise((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve)
    }),
})
