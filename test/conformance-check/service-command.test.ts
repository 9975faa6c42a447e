import { once } from 'node:events'
import { mkdtemp, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { isListening } from '../../lib/cli/conformance/listening.ts'
import { startProcess, type Page } from '../cli/command-run.ts'
import { conformance, flagsFor, verdictsOf } from './conformance-run.ts'

const quick = ['--only', 'state', '--json']

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20))
}

/** Whether a process runs. One that has ended and was not waited for yet does not. */
async function runs(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return status !== '' && !/\) [ZX] /.test(status)
}

async function written(page: Page, text: string): Promise<void> {
  while (!page.text.includes(text)) await once(page, 'text')
}

describe('the command that starts the service', { timeout: 60_000 }, () => {
  it('[CHK-3] ends with 2 if another process listens at the port', async () => {
    const { port, flags, command } = await flagsFor('none')
    const other = createServer()
    await once(other.listen(port, '127.0.0.1'), 'listening')
    onTestFinished(() => void other.close())
    const { code, stderr } = await conformance([...flags, ...command])
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining(`already listens at http://127.0.0.1:${port}`),
    ])
  })

  it('[CHK-3] ends with 2 and shows what the service wrote if it stops before it listens', async () => {
    const { flags, command } = await flagsFor('quits')
    const { code, stderr } = await conformance([...flags, ...command])
    expect([code, stderr]).toEqual([2, expect.stringContaining('There is no database.')])
  })

  it('[CHK-3] ends with 2 if there is no such program', async () => {
    const { flags } = await flagsFor('none')
    const { code, stderr } = await conformance([...flags, '--', 'no-such-program'])
    expect([code, stderr]).toEqual([2, expect.stringContaining('no-such-program')])
  })

  it('[CHK-1] reads everything that a service writes', async () => {
    const { flags, command } = await flagsFor('talks')
    const env = { ...process.env, ONE_LOGIN_ENVIRONMENT: 'integration' }
    const { code, stdout, stderr } = await conformance([...flags, ...quick, ...command], env)
    expect(code, stderr).toBe(0)
    expect(verdictsOf(stdout)).toEqual({ state: 'kept' })
  })

  it.each(['stops', 'is-a-child'])(
    '[CHK-2] detects that the service stopped, and starts it again: %s',
    async (habit) => {
      const { flags, command } = await flagsFor(habit)
      const only = ['--only', 'callback-parameters,every-user', '--json']
      const { code, stdout, stderr } = await conformance([...flags, ...only, ...command])
      expect(code, stderr).toBe(1)
      expect(verdictsOf(stdout)).toEqual({ 'callback-parameters': 'crashed', 'every-user': 'kept' })
    },
  )
})

describe('a child process of the service', { timeout: 60_000 }, () => {
  async function started(...nodeOptions: string[]) {
    const file = join(await mkdtemp(join(tmpdir(), 'conformance-')), 'child')
    const { port, flags, command } = await flagsFor('has-a-child', file)
    const run = startProcess(['conformance', ...flags, ...quick, ...command], {
      NODE_OPTIONS: nodeOptions.join(' '),
    })
    const ended = async () => {
      const pid = Number(await readFile(file, 'utf8'))
      // The kernel may need a moment to end processes that were killed, and to close their sockets.
      await until(async () => !(await runs(pid)))
      await until(async () => !(await isListening(new URL(`http://127.0.0.1:${port}/`))))
      return true
    }
    return { ...run, ended: run.ended, isStopped: ended }
  }

  it('[CHK-1] is stopped at the end', async () => {
    const { ended, isStopped } = await started()
    expect(await ended).toMatchObject({ code: 0 })
    expect(await isStopped()).toBe(true)
  })

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('[CHK-1] is stopped after %s', async (signal) => {
    const { child, stderr, ended, isStopped } = await started()
    await written(stderr, 'Checking: controls')
    child.kill(signal)
    expect(await ended).toMatchObject({ code: 2, stdout: '' })
    expect(stderr.text).toContain('Stopped, so there is no report')
    expect(await isStopped()).toBe(true)
  })

  it('[CHK-1] is stopped if the command itself fails', async () => {
    const planted = `process.on('SIGUSR2',()=>{throw(new(Error)('planted'))})`
    const { child, stderr, ended, isStopped } = await started(
      `--import=data:text/javascript,${encodeURIComponent(planted)}`,
    )
    await written(stderr, 'Checking: controls')
    child.kill('SIGUSR2')
    expect(await ended).toMatchObject({ code: 1, stdout: '' })
    expect(stderr.text).toContain('planted')
    expect(await isStopped()).toBe(true)
  })

  it('[CHK-3] is stopped if the reader of the progress has gone, as head does', async () => {
    const { child, ended, isStopped } = await started()
    child.stderr.destroy()
    expect(await ended).toMatchObject({ code: 2, stdout: '' })
    expect(await isStopped()).toBe(true)
  })
})

it('[CHK-3] ends with the same exit code if the reader of the report has gone', async () => {
  const { flags, command } = await flagsFor('stops')
  const only = ['--only', 'callback-parameters']
  const { child, ended } = startProcess(['conformance', ...flags, ...only, ...command])
  child.stdout.destroy()
  const { code, stderr } = await ended
  expect([code, stderr]).toEqual([1, expect.not.stringContaining('EPIPE')])
}, 60_000)
