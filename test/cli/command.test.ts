import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { Page, run, runProcess, startProcess } from './command-run.ts'

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('the command', () => {
  it('shows help for itself and each part, and exits with 0', async () => {
    const all = await run(['--help'])
    expect(all.code).toBe(0)
    expect(await run(['-h'])).toEqual(all)
    for (const subcommand of ['new', 'simulator', 'keys', 'doctor', 'conformance']) {
      expect(all.stdout).toContain(subcommand)
      const one = await run([subcommand, '--help'])
      expect(await run([subcommand, '-h'])).toEqual(one)
      expect([one.code, one.stderr]).toEqual([0, ''])
      expect(one.stdout).toContain(`passport-govuk-one-login ${subcommand}`)
      expect(one.stdout).toContain('Exit codes:')
    }
  })

  it('shows its version', async () => {
    expect(await run(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })

  it.each([
    ['no part', []],
    ['an unknown part', ['sign-in']],
    ['a name that every object has', ['constructor']],
    ['an unknown flag', ['keys', '--size', '2048']],
    ['a flag without its value', ['keys', '--out']],
    ['an argument that is not a flag', ['doctor', 'please']],
  ])('exits with 2 and explains it on stderr if it is called with %s', async (_what, args) => {
    const { code, stdout, stderr } = await run(args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('--help')
  })

  it.each([
    [['keys', '--size', '2048'], 'Unknown flag --size. Use a flag from the help.'],
    [['keys', '--bit', '2048'], 'Unknown flag --bit. Did you mean --bits?'],
    [['keys', '-x'], 'Unknown flag -x. Use a flag from the help.'],
    [['keys', '--out'], '--out needs a value. Add one.'],
    [['keys', '--out', '--json'], '--out needs a value. Add one.'],
    [['keys', '--json=yes'], '--json takes no value. Remove the value.'],
    [['doctor', 'please'], 'Unexpected argument "please". Put its flag before it, or remove it.'],
    [['new', 'a', 'b', 'c'], 'Too many arguments: b c. Remove them.'],
    [['sign-in'], 'Unknown part "sign-in". Use one of these parts.'],
    [[], 'Usage: passport-govuk-one-login PART [flags]'],
  ])('explains what is wrong with %j', async (args, message) => {
    expect((await run(args)).stderr.split('\n')[0]).toBe(message)
  })

  it('exits silently if its reader has gone, as head does', async () => {
    const { child, ended } = startProcess(['doctor', '--help'])
    child.stdout.destroy()
    expect(await ended).toMatchObject({ code: 0, stderr: '' })
  })

  it.skipIf(!existsSync('/dev/full'))('says in one line that the output cannot be written', () => {
    const disk = openSync('/dev/full', 'w')
    onTestFinished(() => {
      closeSync(disk)
    })
    const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'lib/cli/main.ts', '--help'], {
      stdio: ['ignore', disk, 'pipe'],
      encoding: 'utf8',
    })
    expect([status, stderr]).toEqual([1, 'Could not write the output (ENOSPC).\n'])
  })

  it('shows colours only on a terminal, and not if NO_COLOR is set', async () => {
    for (const decides of ['FORCE_COLOR', 'NO_COLOR', 'NODE_DISABLE_COLORS', 'CI', 'TEAMCITY_VERSION'])
      vi.stubEnv(decides, undefined)
    vi.stubEnv('TERM', 'xterm-256color')
    const escape = String.fromCharCode(27)
    expect((await run(['doctor'], {}, new Page(true))).stdout).toContain(escape)
    expect((await run(['doctor'], {}, new Page(false))).stdout).not.toContain(escape)
    vi.stubEnv('NO_COLOR', '1')
    expect((await run(['doctor'], {}, new Page(true))).stdout).not.toContain(escape)
  })

  it('runs as a process, with its exit code', async () => {
    const [help, wrong] = await Promise.all([runProcess(['--help']), runProcess(['nothing'])])
    expect([help.code, help.stderr]).toEqual([0, ''])
    expect(help.stdout).toContain('Usage:')
    expect([wrong.code, wrong.stdout]).toEqual([2, ''])
  })
})
