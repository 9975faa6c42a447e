import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { htmlReport } from '../../lib/cli/conformance/report/html-report.ts'
import { Results } from '../../lib/cli/conformance/results.ts'
import { freePort } from '../support/listen.ts'
import { conformance, flagsFor } from './conformance-run.ts'
import { listen } from './http-service.ts'

const hostile = {
  'an element': '<script>alert(1)</script>',
  'an attribute': '"><img src=x onerror=alert(1)>',
  'the end of CDATA': 'a & b ]]> c',
  'a control character': 'nothing \u0000 here',
  'a colour': '\u001b[31mred\u001b[0m',
  'a window title': '\u001b]0;owned\u0007',
  'one character that starts a sequence': '\u009b2J',
  'half a character': 'x\ud800y\udc00z',
  'text from right to left': '\u202egnp.exe\u2066',
  'characters that XML has not': '\ufffe\uffff',
  code: '`<b>`',
} as const

const texts = Object.values(hostile)

const reports = () => {
  const results = new Results({ only: ['session-renewed', 'state', 'logout-call', 'pkce'], skip: [] })
  const ids = [
    ['session-renewed', 'broken'],
    ['state', 'kept'],
    ['logout-call', 'not observable'],
    ['pkce', 'advice'],
  ] as const
  for (const [id, verdict] of ids)
    for (const seen of texts) results.add(id, { name: 'text', verdict, done: 'It was sent.', seen })
  return results.all()
}

// eslint-disable-next-line no-control-regex -- these are what must not be there
const invisible = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/

const hasPython = spawnSync('python3', ['--version']).status === 0

const htmlParser = `
import json, sys
from html.parser import HTMLParser
class Reader(HTMLParser):
    tags, texts = [], []
    def handle_starttag(self, tag, attrs): self.tags.append([tag, attrs])
    def handle_data(self, data): self.texts.append(data)
Reader().feed(sys.stdin.buffer.read().decode())
print(json.dumps({'tags': Reader.tags, 'texts': Reader.texts}))
`

interface ParsedPage {
  readonly tags: readonly (readonly [string, readonly (readonly [string, string | null])[]])[]
  readonly texts: readonly string[]
}

describe('texts of a service that try to leave a report', () => {
  it.skipIf(!hasPython)('[CHK-3] are text in the HTML page, which has no script', () => {
    const html = htmlReport(new URL('http://127.0.0.1/?<script>'), reports(), new Date('2026-11-26'))
    const { stdout, stderr } = spawnSync('python3', ['-c', htmlParser], { encoding: 'utf8', input: html })
    expect(stderr).toBe('')
    const { tags, texts: read } = JSON.parse(stdout) as ParsedPage
    const names = new Set(tags.map(([tag]) => tag))
    for (const name of ['script', 'img', 'iframe', 'object', 'form', 'b', 'base'])
      expect([name, names.has(name)]).toEqual([name, false])
    const attributes = tags.flatMap(([, own]) => own)
    expect(attributes.filter(([name]) => /^on|^src|^style$/.test(name))).toEqual([])
    const links = attributes.filter(([name]) => name === 'href').map(([, value]) => value)
    expect(links.filter((link) => !/^(?:https:\/\/|#)/.test(link ?? ''))).toEqual([])
    expect(read).toEqual(
      expect.arrayContaining([
        hostile['an element'],
        hostile['an attribute'],
        hostile['the end of CDATA'],
        'nothing \ufffd here',
      ]),
    )
    expect(html).not.toMatch(invisible)
  })
})

describe('a service that writes to the terminal', { timeout: 60_000 }, () => {
  /** A service whose page leads to this redirect URI. */
  async function leadingTo(redirectUri: string) {
    const simulator = `http://127.0.0.1:${await freePort()}/`
    const query = new URLSearchParams({ client_id: hostile['a colour'], redirect_uri: redirectUri })
    const service = await listen(() =>
      Promise.resolve({ location: `${simulator}authorize?${query.toString()}` }),
    )
    onTestFinished(() => service.close())
    return conformance([
      ...['--one-login', simulator, '--page', `${service.url}/page`, '--client-secret', 'x'],
      ...['--start-timeout', '1ms'],
    ])
  }

  it('[CHK-3] writes no escape sequences by its redirect URI', async () => {
    for (const address of ['http://192.0.2.1/', 'http://127.0.0.1:9/'])
      for (const text of texts) {
        const { code, stdout, stderr } = await leadingTo(address + text)
        expect([code, stdout]).toEqual([2, ''])
        expect(stderr).not.toMatch(invisible)
      }
  })

  it('[CHK-3] writes no escape sequences by its output', async () => {
    const { flags, command } = await flagsFor('quits-in-colour')
    const { code, stderr } = await conformance([...flags, ...command])
    expect([code, stderr]).toEqual([2, expect.stringContaining('\nThere is no database.\n')])
    expect(stderr).not.toMatch(invisible)
  })

  it('[CHK-3] writes no escape sequences by the names of its cookies', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'conformance-')), 'report.xml')
    const { flags, command } = await flagsFor('moves-the-cursor')
    const only = ['--only', 'session-cookie', '--junit', file]
    for (const json of [[], ['--json']]) {
      const { code, stdout, stderr } = await conformance([...flags, ...only, ...json, ...command])
      expect([code, stdout], stderr).toEqual([1, expect.stringContaining('is not HttpOnly')])
      expect(stdout + stderr).not.toMatch(invisible)
    }
    expect(await readFile(file, 'utf8')).not.toMatch(invisible)
  })
})
