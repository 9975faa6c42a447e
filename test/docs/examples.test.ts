import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Browser, type Page } from '../support/browser.ts'
import { createExampleProject, type ExampleProject } from './example-project.ts'

describe('the examples of the guides', () => {
  let project: ExampleProject
  beforeAll(() => {
    project = createExampleProject()
  }, 60_000)
  afterAll(() => {
    project[Symbol.dispose]()
  })

  it.each([
    { script: 'test:vitest', says: /Tests {2}5 passed/ },
    { script: 'test:jest', says: /Tests: +3 passed, 3 total/ },
    { script: 'test:mocha', says: /1 passing/ },
  ])(
    'run as they are written: npm run $script',
    async ({ script, says }) => {
      expect(await project.runScript(script)).toMatch(says)
    },
    60_000,
  )

  it('run as the README says: a user signs in and proves who they are with node service.js', async () => {
    await using service = await startReadmeService(project.folder)
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

/** Starts the service of the README as it stands there, but for the number of its port. */
async function startReadmeService(folder: string): Promise<AsyncDisposable & { url: string }> {
  const port = await freePort()
  const path = join(folder, 'service-on-a-free-port.js')
  writeFileSync(path, readFileSync(join(folder, 'service.js'), 'utf8').replaceAll('3000', String(port)))
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

async function freePort(): Promise<number> {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Presses the button on the simulator's page, with what is chosen there. */
async function choose(browser: Browser, page: Page): Promise<Page> {
  const [, journey = ''] = /name="journey" value="([^"]+)"/.exec(page.body) ?? []
  const body = new URLSearchParams({ journey, user: 'typical' }).toString()
  return browser.visit(new URL('/sign-in', page.url).href, { method: 'POST', body })
}
