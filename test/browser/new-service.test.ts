import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import en from '../../example-app/src/locales/en.json' with { type: 'json' }
import { launchChromium, openPage } from '../support/chromium.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'new-service-'))
const { VITEST: _, NODE_ENV: _env, ...env } = process.env
const npm = async (args: readonly string[], cwd: string) =>
  (await promisify(execFile)('npm', args, { cwd, env: { ...env, NO_COLOR: '1', CI: '1' } })).stdout
const quiet = ['--no-audit', '--no-fund', '--prefer-offline']
let tarball = ''

beforeAll(async () => {
  const packed = await npm(['pack', '--json', '--pack-destination', folder], root)
  const [{ filename }] = JSON.parse(packed.slice(packed.indexOf('['))) as [{ filename: string }]
  tarball = join(folder, filename)
}, 120_000)
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** Creates a service with the packed package, as a team does, and installs its packages. */
async function newService(name: string, flags: readonly string[]): Promise<string> {
  const command = ['exec', '--yes', '--package', tarball, '--', 'passport-govuk-one-login']
  await npm([...command, 'new', name, '--package', `file:${tarball}`, ...flags], folder)
  const service = join(folder, name)
  await npm(['install', ...quiet], service)
  return service
}

/** Runs `npm start` until the test ends, and returns the address that it prints. */
async function start(service: string): Promise<string> {
  const child = spawn('npm', ['start'], { cwd: service, env: { ...env, PORT: '0' }, detached: true })
  onTestFinished(() => {
    if (child.pid !== undefined) process.kill(-child.pid)
  })
  for await (const line of createInterface(child.stdout)) {
    const [, url] = /^The service is at (\S+)/.exec(line) ?? []
    if (url) return url
  }
  throw new Error('npm start ended without an address')
}

it(
  'from an empty folder to a proven identity: new, npm install, npm test, npm start',
  { timeout: 300_000 },
  async () => {
    const service = await newService('dragons', [])
    await npm(['run', 'typecheck'], service)
    expect(await npm(['test'], service)).toMatch(/Tests {2}8 passed/)
    const chromium = await launchChromium()
    onTestFinished(() => chromium.close())
    const { page, complaints } = await openPage(chromium)
    const press = async (name: string) => page.getByRole('button', { name, exact: true }).click()
    await page.goto(await start(service))
    await press(en.start.button)
    await press('Continue to the service')
    await page.getByRole('heading', { name: en.account.title }).waitFor()
    await page.getByRole('link', { name: en.account.identity, exact: true }).click()
    await press('Continue to the service')
    await page.getByText('Kenneth Decerqueira').waitFor()
    await press(en.navigation.signOut)
    await page.getByRole('heading', { name: en.signedOut.asked }).waitFor()
    expect(complaints).toEqual([])
  },
)

it(
  'a service in JavaScript that only signs users in passes its tests and starts',
  { timeout: 300_000 },
  async () => {
    const service = await newService('lizards', ['--javascript', '--sign-in-only'])
    expect(await npm(['test'], service)).toMatch(/Tests {2}6 passed/)
    const url = await start(service)
    expect((await fetch(`${url}/health`)).status).toBe(200)
    expect((await fetch(`${url}/identity`)).status).toBe(404)
  },
)

it('a service in TypeScript that only signs users in compiles', { timeout: 300_000 }, async () => {
  const service = await newService('newts', ['--sign-in-only'])
  await npm(['run', 'typecheck'], service)
  await npm(['run', 'build'], service)
})
