// Measures the time until a service can respond: importing the package and constructing the strategy.
import { execFileSync } from 'node:child_process'
import { median, privateKey } from './processes.ts'

const script = `
const before = performance.now()
const { OneLoginStrategy } = await import('passport-govuk-one-login')
const imported = performance.now()
new OneLoginStrategy({
  environment: 'integration', clientId: 'bench', privateKey: process.env.KEY, callbackURL: 'https://a.example/callback',
})
console.log(JSON.stringify([imported - before, performance.now() - imported]))
`

/** Returns one line: medians over new processes of the built package. */
export function startUpLine(processes: number): string {
  const times = Array.from(
    { length: processes },
    () =>
      JSON.parse(
        execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
          cwd: new URL('..', import.meta.url),
          env: { ...process.env, KEY: privateKey },
          encoding: 'utf8',
        }),
      ) as [number, number],
  )
  const [imported, constructed] = [0, 1].map((at) => median(times.map((time) => time[at] ?? NaN)))
  return `Importing the package takes ${imported?.toFixed(0)} ms, constructing the strategy ${constructed?.toFixed(0)} ms, without any call over the network.\n`
}
