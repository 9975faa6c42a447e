#!/usr/bin/env node
import { outputClosed } from './closed-output.ts'
import { runCommand } from './command.ts'

const closed = outputClosed(process.stdout, process.stderr)
const stopped = () =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, resolve)
  })

process.exitCode = await runCommand(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  interruption: () => Promise.race([closed, stopped()]),
})
