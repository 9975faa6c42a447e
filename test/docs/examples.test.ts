import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Browser, type Page } from '../support/browser.ts'
import { createExampleProject, type ExampleProject } from './example-project.ts'
import { freePort } from '../support/listen.ts'
import { readmeService, readmeSimulator } from './readme-service.ts'

describe('the examples of the guides', () => {
  let project: ExampleProject
  beforeAll(() => {
    project = createExampleProject()
  }, 60_000)
  afterAll(() => {
    project[Symbol.dispose]()
  })

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

  it("run as the README says: its service with the simulator's command, and its error handler", async () => {
    const port = await freePort()
    const { outputText } = ts.transpileModule(readmeService, {
      compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext },
    })
    writeFileSync(join(project.folder, 'readme-service.js'), outputText)
    await using simulator = await startReadmeSimulator(project.folder, port)
    await using service = await startService(project.folder, 'readme-service.js', {
      port,
      env: { ...simulator.variables, SESSION_SECRET: 'for tests' },
    })
    const browser = new Browser()
    const start = await browser.visit(service.url)
    expect(start.body).toContain('href="/account"')
    const account = await choose(browser, await browser.visit(`${service.url}/account`))
    expect(JSON.parse(account.body)).toMatchObject({ email: 'typical@example.com' })
    expect((await browser.visit(`${service.url}/sign-out`)).url).toBe(`${service.url}/`)

    const refused = await choose(browser, await browser.visit(`${service.url}/treasure`), 'access-denied')
    expect(refused).toMatchObject({ status: 403, body: 'Please try again' })
  }, 60_000)
})

/** Starts the simulator with the README's command, on a free port. */
async function startReadmeSimulator(
  project: string,
  port: number,
): Promise<AsyncDisposable & { variables: Record<string, string> }> {
  const main = join(project, 'node_modules/passport-govuk-one-login/dist/cli/main.js')
  const written = readmeSimulator.map((argument) => argument.replace('3000', String(port)))
  const command = spawn(process.execPath, [main, ...written, '--port', '0', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface(command.stdout), 'line')) as [string]
  const { variables } = JSON.parse(line) as { variables: Record<string, string> }
  return {
    variables,
    [Symbol.asyncDispose]: () => end(command),
  }
}

/** Starts the service of a document on another port. */
async function startService(
  project: string,
  file: string,
  { port, env }: { port?: number; env?: Record<string, string> } = {},
): Promise<AsyncDisposable & { url: string }> {
  port ??= await freePort()
  const folder = join(project, dirname(file))
  const path = join(folder, 'service-on-a-free-port.js')
  writeFileSync(path, readFileSync(join(project, file), 'utf8').replaceAll('3000', String(port)))
  const service = spawn(process.execPath, [path], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(service.stdout, 'data')
  return {
    url: `http://localhost:${port}`,
    [Symbol.asyncDispose]: () => end(service),
  }
}

async function end(child: ChildProcess): Promise<void> {
  child.kill()
  await once(child, 'exit')
}

/** Presses the button on the simulator's page, with its default choices or an error. */
async function choose(browser: Browser, page: Page, error = ''): Promise<Page> {
  const [, journey = ''] = /name="journey" value="([^"]+)"/.exec(page.body) ?? []
  const body = new URLSearchParams({ journey, user: 'typical', error }).toString()
  return browser.visit(new URL('/sign-in', page.url).href, { method: 'POST', body })
}
