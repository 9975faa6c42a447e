import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Browser, type Page } from '../support/browser.ts'
import { createExampleProject, type ExampleProject } from './example-project.ts'
import { freePort } from '../support/listen.ts'

describe('the examples of the guides', () => {
  let project: ExampleProject
  beforeAll(() => {
    project = createExampleProject()
  }, 60_000)
  afterAll(() => {
    project[Symbol.dispose]()
  })

  it.each([
    { script: 'test:vitest', output: /Tests {2}5 passed/ },
    { script: 'test:jest', output: /Tests: +3 passed, 3 total/ },
    { script: 'test:mocha', output: /1 passing/ },
  ])(
    'run unchanged: npm run $script',
    async ({ script, output }) => {
      expect(await project.runScript(script)).toMatch(output)
    },
    60_000,
  )

  it('run as the tutorial says: a user signs in with node start.js', async () => {
    await using service = await startService(project.folder, 'tutorial/first-service/start.js')
    const browser = new Browser()
    const page = await choose(browser, await browser.visit(`${service.url}/account`))
    expect(page.body).toBe('You are signed in as typical@example.com')
    expect((await browser.visit(`${service.url}/sign-out`)).body).toContain('<h1>Dragons</h1>')
  }, 30_000)

  it('run as the tutorial says: its tests pass with npx vitest run', async () => {
    const folder = join(project.folder, 'dragons')
    mkdirSync(folder)
    for (const file of ['visit.js', 'tutorial/first-identity/app.js', 'tutorial/first-test/app.test.js'])
      cpSync(join(project.folder, file), join(folder, basename(file)))
    expect(await project.run('npx', ['vitest', 'run', '--dir', 'dragons'])).toMatch(/Tests {2}4 passed/)
  }, 60_000)

  it('run as the README says: a user signs in and proves who they are with node service.js', async () => {
    await using service = await startService(project.folder, 'service.js')
    const browser = new Browser()
    const choices = await browser.visit(`${service.url}/treasure`)
    expect(choices.body).toContain('Who signs in?')
    const second = await choose(browser, choices)
    expect(second.body).toContain('Level of confidence')
    const page = await choose(browser, second)
    expect(page).toMatchObject({ status: 200, url: `${service.url}/treasure` })
    expect(JSON.parse(page.body)).toMatchObject({ identity: { proven: true, level: 'P2' } })
    const signedOut = await browser.visit(`${service.url}/sign-out`)
    expect(signedOut).toMatchObject({ status: 200, url: `${service.url}/` })
  }, 30_000)
})

/** Starts the service of a document on another port. */
async function startService(project: string, file: string): Promise<AsyncDisposable & { url: string }> {
  const port = await freePort()
  const folder = join(project, dirname(file))
  const path = join(folder, 'service-on-a-free-port.js')
  writeFileSync(path, readFileSync(join(project, file), 'utf8').replaceAll('3000', String(port)))
  const service = spawn(process.execPath, [path], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
  await once(service.stdout, 'data')
  return {
    url: `http://localhost:${port}`,
    [Symbol.asyncDispose]: async () => {
      service.kill()
      await once(service, 'exit')
    },
  }
}

/** Presses the button on the simulator's page, with its default choices. */
async function choose(browser: Browser, page: Page): Promise<Page> {
  const [, journey = ''] = /name="journey" value="([^"]+)"/.exec(page.body) ?? []
  const body = new URLSearchParams({ journey, user: 'typical' }).toString()
  return browser.visit(new URL('/sign-in', page.url).href, { method: 'POST', body })
}
