import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { fileProblem } from '../../lib/cli/file-problem.ts'
import { listeningProblem } from '../../lib/cli/listening-problem.ts'
import { libraryWords } from '../docs/action.ts'
import { conformance, flagsFor } from '../conformance-check/conformance-run.ts'
import { run } from './command-run.ts'

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'messages-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'file'), '{ "session-renewed": ')
  await writeFile(join(folder, 'list'), '[]')
  await writeFile(join(folder, 'unknown'), '{ "session": "broken" }')
  await writeFile(join(folder, 'verdict'), '{ "session-renewed": "fine" }')
  await writeFile(join(folder, 'user'), '{ "response": { "user": { "email": "a@example.com" } } }')
  await writeFile(join(folder, 'in-person'), '{ "response": { "inPerson": "done" } }')
  return folder
}

const page = ['--page', 'http://127.0.0.1:9/page', '--client-secret', 'secret']

// `run` also expects every line to say what to do, without words of a library or of Node.
describe('the command, called with something that it cannot use', () => {
  it.each([
    [2, ['simulator', '--config', 'nowhere'], 'does not exist'],
    [2, ['simulator', '--config', '.'], 'is a folder, not a file'],
    [2, ['simulator', '--config', 'file'], 'is not JSON'],
    [2, ['simulator', '--config', 'file/config.json'], 'has a file in its path where a folder must be'],
    [2, ['simulator', '--config', 'user'], 'response.user.sub is required'],
    [2, ['simulator', '--config', 'in-person'], 'response.inPerson must be pending'],
    [2, ['simulator', '--callback', '/callback'], 'is not an http or https URL'],
    [2, ['simulator', '--port', '70000'], 'is not a port number'],
    [1, ['simulator', '--host', '192.0.2.1'], 'this machine does not have that address'],
    [1, ['simulator', '--host', 'a host'], 'the host is unknown. Set another one with --host.'],
    [2, ['conformance', ...page, '--expect', 'nowhere'], 'does not exist'],
    [2, ['conformance', ...page, '--expect', 'file'], 'is not JSON'],
    [2, ['conformance', ...page, '--expect', 'list'], 'must be a JSON object'],
    [2, ['conformance', ...page, '--expect', 'unknown'], '"session" is an unknown requirement'],
    [2, ['conformance', ...page, '--expect', 'verdict'], 'must be "broken" or "crashed"'],
    [2, ['conformance', ...page, '--one-login', 'one login'], 'is not an http address'],
    [2, ['conformance', ...page, '--identity-text', '('], 'is not a regular expression'],
    [2, ['conformance', ...page, '--junit', 'nowhere/a.xml'], 'is in a folder that does not exist'],
    [2, ['conformance', ...page.slice(0, 2), '--public-key', 'list'], 'is not an RSA public key'],
    [2, ['conformance', ...page.slice(0, 2), '--public-key', '.'], 'is a folder, not a file'],
    [1, ['keys', '--out', 'file'], 'is a file where a folder must be'],
    [1, ['keys', '--client-secret', '--out', 'file/secrets'], 'has a file in its path'],
    [1, ['new', 'file'], 'is not a folder'],
    [1, ['new', 'file/service'], 'is not a folder'],
    [2, ['doctor', '--variables', 'file/.env'], 'has a file in its path where a folder must be'],
    [2, ['doctor', '--level', 'P9'], 'Use one of P1, P2, P3'],
  ])('[CB-11] ends with %i and explains %j', async (expected, args, words) => {
    const folder = await newFolder()
    const names = /^(?:nowhere|file|list|unknown|verdict|user|in-person|\.)(?:\/|$)/
    const inFolder = args.map((arg) => (names.test(arg) ? join(folder, arg) : arg))
    const { code, stderr } = await run(inFolder)
    expect(stderr).toContain(words)
    expect(code).toBe(expected)
  })

  it('[CB-11] explains that the command of the service does not exist', async () => {
    const { flags } = await flagsFor('none')
    const { code, stderr } = await conformance([...flags, '--', 'no-such-command'])
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('\nno-such-command does not exist\nCheck the'),
    ])
  })

  it('[CB-11] explains that another process uses the port', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const port = String((server.address() as AddressInfo).port)
    const { stderr } = await run(['simulator', '--port', port])
    expect(stderr).toContain('another process uses it. Set another one with --port.')
    const check = await run(['conformance', ...page, '--one-login', `http://127.0.0.1:${port}/`])
    expect(check.stderr).toContain('another process uses it. Set another address with --one-login')
  })

  it.each(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ENAMETOOLONG', 'EIO', undefined])(
    '[CB-11] explains the system error %s',
    (code) => {
      const error = Object.assign(new Error('permission denied'), { code })
      expect(fileProblem(error, 'written')).not.toMatch(libraryWords)
      expect(listeningProblem(error)).not.toMatch(libraryWords)
    },
  )
})
