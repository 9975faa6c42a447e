import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { requirementIds } from '../../lib/cli/conformance/catalogue/catalogue.ts'
import { surprises } from '../../lib/cli/conformance/expectations.ts'
import { htmlReport } from '../../lib/cli/conformance/report/html-report.ts'
import { jsonReport } from '../../lib/cli/conformance/report/json-report.ts'
import { junitReport } from '../../lib/cli/conformance/report/junit-report.ts'
import { writeTextReport } from '../../lib/cli/conformance/report/text-report.ts'
import { Results, type RequirementResult } from '../../lib/cli/conformance/results.ts'
import { Page } from '../cli/command-run.ts'
import { conformance } from './conformance-run.ts'
import { startCarefulService } from './careful-service.ts'
import { checked, findings } from './checked.ts'
import { freePort } from '../support/listen.ts'

const hasPython = spawnSync('python3', ['--version']).status === 0
const page = new URL('http://127.0.0.1:3000/page')
const check = { name: 'id-token <wrong>', done: 'It was "done".', seen: 'A <page> & more' }

const results: readonly RequirementResult[] = [
  { id: 'sign-in', verdict: 'kept', checks: [{ ...check, verdict: 'kept' }] },
  { id: 'session-renewed', verdict: 'broken', checks: [{ ...check, verdict: 'broken' }] },
  { id: 'logout-call', verdict: 'not observable', checks: [{ ...check, verdict: 'not observable' }] },
]

it('[CHK-3] reports as JSON, JUnit XML and one HTML page, with nothing unescaped', () => {
  expect(jsonReport(page, results)).toMatchObject({
    counts: { crashed: 0, broken: 1, 'not observable': 1, kept: 1 },
    requirements: [{ id: 'sign-in' }, { id: 'session-renewed', rule: 'CB-12' }, { id: 'logout-call' }],
  })
  const junit = junitReport(results)
  expect(junit).toContain('<testsuites name="conformance" tests="3" failures="1" errors="0" skipped="1">')
  expect(junit).toContain(
    '<failure message="broken">id-token &lt;wrong&gt;: A &lt;page&gt; &amp; more</failure>',
  )
  const html = htmlReport(page, results, new Date('2026-11-25'))
  expect(html).toContain('<td>A &lt;page&gt; &amp; more</td>')
  expect(html).toContain('<li><a href="#session-renewed">')
  expect(html).not.toMatch(/<script|src=|@import|url\(/)
})

/** Returns the names of the elements of a document, as a parser reads it that accepts no mistake. */
function elementsOf(xml: string): string[] {
  const program =
    'import sys, xml.dom.minidom as m\n' +
    'for e in m.parse(sys.stdin.buffer).getElementsByTagName("*"): print(e.tagName)'
  const names = execFileSync('python3', ['-c', program], { input: xml, encoding: 'utf8' })
  return [...new Set(names.trim().split('\n'))].sort()
}

describe('what a service sends', () => {
  /** Returns the results of a service that sends this text wherever it can. */
  function resultsWith(text: string): RequirementResult[] {
    const collected = new Results({
      only: ['session-renewed', 'logout-call', 'request-object', 'state'],
      skip: [],
    })
    const add = (id: RequirementResult['id'], verdict: RequirementResult['verdict']) => {
      collected.add(id, { name: text, verdict, done: text, seen: text })
    }
    add('session-renewed', 'broken')
    add('logout-call', 'not observable')
    add('request-object', 'advice')
    add('state', 'kept')
    return collected.all()
  }

  const hostile = {
    markup: '</td></failure><script>alert(1)</script><img src=x onerror=alert(1)>"\'&amp;',
    'the end of a CDATA section': ']]>',
    'a colour for the terminal': '\u001b[31mred',
    'a title for the terminal': '\u001b]0;title\u0007',
    'a control character of one byte in Latin-1': '\u009b2J',
    'new lines': 'a\r\nb\u2028c\u0085d',
    'the character 0': '\u0000',
    'half of a character': '\ud800',
    'characters that XML forbids': '\ufffe\uffff',
    'text from right to left': '\u202edekorb\u2066',
  }

  it.each(Object.entries(hostile))('[CHK-3] is only text in every report: %s', (_what, text) => {
    const sent = resultsWith(text)
    // As it is in the file.
    const xml = Buffer.from(junitReport(sent)).toString()
    expect(xml).not.toMatch(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u)
    if (hasPython)
      expect(elementsOf(xml)).toEqual(
        ['failure', 'skipped', 'system-out', 'testcase', 'testsuite', 'testsuites'].sort(),
      )

    const html = htmlReport(page, sent, new Date('2026-11-25'))
    expect(html).not.toMatch(/<script|<img|onerror=alert\(1\)>/)

    const stdout = new Page()
    writeTextReport({ stdout }, sent)
    for (const report of [html, stdout.text, JSON.stringify(jsonReport(page, sent))])
      expect(report).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u)
  })
})

it('[CHK-3] compares the results with the expectations', () => {
  expect(surprises(results, {})).toEqual(['session-renewed is broken.'])
  expect(surprises(results, { 'session-renewed': 'broken' })).toEqual([])
  expect(surprises(results, { 'session-renewed': 'broken', 'sign-in': 'broken' })).toHaveLength(1)
})

it('[CHK-3] lists the requirements, and ends with 2 if the arguments are invalid or it cannot run', async () => {
  const list = await conformance(['--list'])
  expect(list.code).toBe(0)
  for (const id of requirementIds) expect(list.stdout).toContain(`  ${id}: `)
  const expected = join(await mkdtemp(join(tmpdir(), 'conformance-')), 'known.json')
  await writeFile(expected, '{ "no-such": "broken" }')
  const nearly = join(expected, '..', 'nearly.json')
  await writeFile(nearly, '{ "session-renewd": "broken" }')
  const local = ['--page', 'http://127.0.0.1:9/', '--client-secret', 'x']
  for (const [args, words] of [
    [[], '--page'],
    [['--page', '/account'], 'whole address'],
    [['--page', 'https://www.gov.uk/'], '--allow-host www.gov.uk'],
    [['--page', 'http://127.0.0.1:9/'], '--public-key'],
    [[...local, '--only', 'everything'], '--list'],
    [[...local, '--skip', 'sesion-renewed'], 'Did you mean "session-renewed"?'],
    [[...local, '--only', 'id-token-nonse'], 'Did you mean "id-token-nonce"?'],
    [[...local, '--skip', 'calback'], 'Did you mean "callback"?'],
    [[...local, '--onyl', 'state'], 'Did you mean --only?'],
    [[...local, '--expect', nearly], 'Did you mean "session-renewed"?'],
    [[...local, '--timeout', 'soon'], '--timeout'],
    [[...local, '--expect', expected], 'no-such'],
    [
      [...local, '--one-login', `http://127.0.0.1:${await freePort()}/`, '--start-timeout', '1ms'],
      'did not lead',
    ],
  ] as const) {
    const { code, stderr } = await conformance(args)
    expect([code, stderr]).toEqual([2, expect.stringContaining(words)])
  }
  expect(await readFile(expected, 'utf8')).toContain('no-such')
})

it(
  '[CHK-2] finds the check that a service lacks, and nothing in a correct one',
  { timeout: 60_000 },
  async () => {
    const only = ['session-renewed', 'id-token-nonce', 'core-identity-expiry']
    expect(findings(await checked(startCarefulService, { only }))).toEqual({})
    const lacking = await checked((op) => startCarefulService(op, 'core-identity expiry'), { only })
    expect(Object.keys(findings(lacking))).toEqual(['core-identity-expiry'])
  },
)
