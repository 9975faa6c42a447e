import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { requirementIds } from '../../lib/cli/conformance/catalogue/catalogue.ts'
import { surprises } from '../../lib/cli/conformance/expectations.ts'
import { htmlReport } from '../../lib/cli/conformance/report/html-report.ts'
import { jsonReport } from '../../lib/cli/conformance/report/json-report.ts'
import { junitReport } from '../../lib/cli/conformance/report/junit-report.ts'
import type { RequirementResult } from '../../lib/cli/conformance/results.ts'
import { conformance } from './conformance-run.ts'
import { startCarefulService } from './careful-service.ts'
import { checked, findings } from './checked.ts'
import { freePort } from '../support/listen.ts'

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

it('[CHK-3] knows what is expected to be broken, and what is no longer', () => {
  expect(surprises(results, {})).toEqual(['session-renewed is broken.'])
  expect(surprises(results, { 'session-renewed': 'broken' })).toEqual([])
  expect(surprises(results, { 'session-renewed': 'broken', 'sign-in': 'broken' })).toHaveLength(1)
})

it('[CHK-3] lists the requirements, and ends with 2 if it is called wrongly or cannot run', async () => {
  const list = await conformance(['--list'])
  expect(list.code).toBe(0)
  for (const id of requirementIds) expect(list.stdout).toContain(`  ${id}: `)
  const expected = join(await mkdtemp(join(tmpdir(), 'conformance-')), 'known.json')
  await writeFile(expected, '{ "no-such": "broken" }')
  const local = ['--page', 'http://127.0.0.1:9/', '--client-secret', 'x']
  for (const [args, words] of [
    [[], '--page'],
    [['--page', '/account'], 'whole address'],
    [['--page', 'https://www.gov.uk/'], '--allow-host www.gov.uk'],
    [['--page', 'http://127.0.0.1:9/'], '--public-key'],
    [[...local, '--only', 'everything'], '--list'],
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
