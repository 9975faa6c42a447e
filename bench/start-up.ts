// Measures the CPU until a service can respond: importing the package and constructing the strategy. The import of
// openid-client and Express, which a service needs without this package, is measured in turns with it.
import { execFileSync } from 'node:child_process'
import { median, privateKey } from './processes.ts'

const cpu = 'const cpu = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000 }'

const ours = `
${cpu}
const before = cpu()
const { OneLoginStrategy } = await import('passport-govuk-one-login')
const imported = cpu()
new OneLoginStrategy({
  environment: 'integration', clientId: 'bench', privateKey: process.env.KEY, callbackURL: 'https://a.example/callback',
})
console.log(JSON.stringify([imported - before, cpu() - imported]))
`

const parts = `
${cpu}
const before = cpu()
await import('openid-client')
await import('express')
console.log(JSON.stringify([cpu() - before]))
`

/** Returns one line: medians over new processes of the built package. */
export function startUpLine(processes: number): string {
  const runs = Array.from({ length: processes }, () => [...timesOf(ours), ...timesOf(parts)])
  const [imported = NaN, constructed = NaN, together = NaN] = [0, 1, 2].map((at) =>
    median(runs.map((times) => times[at] ?? NaN)),
  )
  return `Importing the package takes ${imported.toFixed(0)} ms of CPU, ${(imported / together).toFixed(2)} × openid-client and Express together. Constructing the strategy takes ${constructed.toFixed(0)} ms, without any call over the network.\n`
}

/** Returns the times that a script measures in a new process, in milliseconds. */
function timesOf(script: string): number[] {
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: new URL('..', import.meta.url),
    env: { ...process.env, KEY: privateKey },
    encoding: 'utf8',
  })
  return JSON.parse(output) as number[]
}
