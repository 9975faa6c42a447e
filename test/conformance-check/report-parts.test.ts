import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import { requirementIds, requirementOf } from '../../lib/cli/conformance/catalogue/catalogue.ts'
import { readExpectations, surprises } from '../../lib/cli/conformance/expectations.ts'
import { readSettings } from '../../lib/cli/conformance/flags.ts'
import { decodePart } from '../../lib/cli/conformance/jwt.ts'
import { LogoutMailbox } from '../../lib/cli/conformance/logout-mailbox.ts'
import { PageMarker } from '../../lib/cli/conformance/page-marker.ts'
import { readAuthorizationRequest, registrationOf } from '../../lib/cli/conformance/registration.ts'
import { htmlReport } from '../../lib/cli/conformance/report/html-report.ts'
import { jsonReport } from '../../lib/cli/conformance/report/json-report.ts'
import { junitReport } from '../../lib/cli/conformance/report/junit-report.ts'
import { checkReportFiles, writeReports } from '../../lib/cli/conformance/report/report-files.ts'
import { summary } from '../../lib/cli/conformance/report/summary.ts'
import { writeTextReport } from '../../lib/cli/conformance/report/text-report.ts'
import { Results, type Check, type Verdict } from '../../lib/cli/conformance/results.ts'
import { showsStackTrace } from '../../lib/cli/conformance/stack-trace.ts'
import type { FlagValues } from '../../lib/cli/subcommand.ts'
import { packageVersion } from '../../lib/package-version.ts'
import { Page as Output } from '../cli/command-run.ts'

const check = (verdict: Verdict, name = 'a fault', seen = 'It came back.'): Check => ({
  name,
  verdict,
  done: 'It was done.',
  seen,
})

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

describe('the page that the check recognises', () => {
  const html = (body: string, status = 200) => ({ status, body, headers: { 'content-type': 'text/html' } })
  const text = (body: string, status = 200) => ({ status, body, headers: { 'content-type': 'text/plain' } })

  it('[CHK-1] has a heading that others do not have', () => {
    const shown = [html('<h1>Account</h1><p>Ann</p>'), html('<h1>Account</h1><p>Ben</p>')]
    const marker = PageMarker.find(shown, [html('<h1>Sign in</h1>')])
    expect(marker?.matches(html('<h1>Account</h1><p>Cat</p>'))).toBe(true)
    expect(marker?.matches(html('<h1>Account</h1>', 403))).toBe(false)
    expect(marker?.matches(html('<h1>Sign in</h1>'))).toBe(false)
  })

  it('[CHK-1] has half of its texts, if other pages share its headings', () => {
    const shown = [
      html('<p>one</p><p>two</p><p>three</p><p>Ann</p>'),
      html('<p>one</p><p>two</p><p>three</p><p>Ben</p>'),
    ]
    const marker = PageMarker.find(shown, [html('<p>no</p>')])
    expect(marker?.matches(html('<p>one</p><p>two</p>'))).toBe(true)
    expect(marker?.matches(html('<p>one</p>'))).toBe(false)
  })

  it('[CHK-1] is not recognised by numbers, unless there is nothing else', () => {
    const shown = [text('Version 7\nAccount'), text('Version 7\nAccount')]
    expect(PageMarker.find(shown, [text('no')])?.matches(text('Account'))).toBe(true)
    const numbers = [text('Version 7'), text('Version 7')]
    expect(PageMarker.find(numbers, [text('no')])?.matches(text('Version 7'))).toBe(true)
  })

  it('[CHK-1] is not recognised by what other pages of the service have too', () => {
    const shown = [html('<h1>Service</h1><p>Account</p>'), html('<h1>Service</h1><p>Account</p>')]
    const marker = PageMarker.find(shown, [html('', 302)], [html('<h1>Service</h1><p>Start</p>')])
    expect(marker?.matches(html('<h1>Service</h1><p>Account</p>'))).toBe(true)
    expect(marker?.matches(html('<h1>Service</h1><p>Start</p>'))).toBe(false)
  })

  it('[CHK-1] has no text of other pages, if everything on it depends on the user', () => {
    const shown = [text('Ann'), text('Ben')]
    const marker = PageMarker.find(shown, [text('Sign in', 401)], [text('Start')])
    expect(marker?.matches(text('Cat'))).toBe(true)
    expect(marker?.matches(text('Start'))).toBe(false)
    expect(marker?.matches(text('Cat', 401))).toBe(false)
    expect(PageMarker.find(shown, [text('Sign in')], [text('Start')])).toBeUndefined()
    const own = PageMarker.find([text('Ann\nmenu'), text('Ben')], [text('', 302)], [text('Start\nmenu')])
    expect([own?.matches(text('Cat\nmenu')), own?.matches(text('Cat\nStart'))]).toEqual([true, false])
  })

  it('[CHK-1] has the members of a JSON value, and not its values', () => {
    const json = (value: unknown) => text(JSON.stringify(value))
    const shown = [json({ user: { name: 'Ann' }, list: [1] }), json({ user: { name: 'Ben' }, list: [] })]
    const marker = PageMarker.find(shown, [json({ error: 'no' })])
    expect(marker?.matches(json({ user: { name: 'Cat' }, list: [] }))).toBe(true)
    expect(marker?.matches(json({ error: { name: 'Cat' } }))).toBe(false)
  })
})

describe('a stack trace', () => {
  it.each([
    'Error: x\n    at run (/srv/app/index.js:1:2)',
    'Error: x\n    at file:///srv/app/index.js:1:2',
    'Error: x\n    at async node:internal/main:1:2',
    'Error: x\n    at run (C:\\app\\index.js:1:2)',
    'Error: x\n    at /srv/app/index.js:1:2',
    'Error: x<br> &nbsp;at run (/srv/app/index.js:1:2)',
    'Error: x<br />at /srv/app/index.js:1:2',
    '{"stack":"Error: x\\n    at run (file:///srv/a.js:1:2)"}',
    'Traceback (most recent call last):',
    '\tat uk.gov.App.run(App.java:12)',
    'at uk.gov.App$1.run(Native Method)',
    'at uk.gov.App.run(App.kt:1)',
    'at uk.gov.App.run(Unknown Source)',
    '   at App.Run() in /srv/App.cs:line 12',
    "app.rb:12:in `run'",
    "app.rb:12:in 'run'",
    '#0 /srv/app.php(12): run()',
    'goroutine 1 [running]:',
  ])('[CHK-2] is seen in %j', (body) => {
    expect(showsStackTrace(body)).toBe(true)
  })

  it.each([
    'Meet us at noon (10:30:00)',
    'at home',
    'Look at /contact:1:2',
    'Error<br>Meet at noon',
    'We are at /contact',
    'The goroutine 1 [running]',
    'See #0 app.php(12):',
    'Arrive at Main Street 5 in App:line',
    'app.rb at 12',
    'at App.run(App.txt:12)',
    'Traceback',
  ])('[CHK-2] is not seen in %j', (body) => {
    expect(showsStackTrace(body)).toBe(false)
  })
})

describe('the request that the check reads', () => {
  const object = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`
  const read = (params: Record<string, string>) => {
    const url = new URL('http://127.0.0.1/authorize')
    url.search = new URLSearchParams(params).toString()
    return readAuthorizationRequest(url)
  }
  const redirect_uri = 'http://127.0.0.1/callback'
  const usual = { clientId: 'a', redirectUri: redirect_uri, scopes: [], vectors: [], maxAge: undefined }

  it.each([
    [{ client_id: 'a', redirect_uri }, usual],
    [
      { client_id: 'a', redirect_uri, scope: ' openid  email ', vtr: '["Cl.Cm",7]', max_age: '60' },
      { ...usual, scopes: ['openid', 'email'], vectors: ['Cl.Cm'], maxAge: '60' },
    ],
    [{ client_id: 'b', request: object({ client_id: 'a', redirect_uri }) }, usual],
    [
      { client_id: 'a', vtr: '["Cl"]', request: object({ redirect_uri, vtr: ['Cl.Cm'], max_age: 60 }) },
      { ...usual, vectors: ['Cl.Cm'], maxAge: '60' },
    ],
    [{ client_id: 'a', redirect_uri, vtr: 'Cl' }, usual],
    [{ client_id: 'a', redirect_uri, vtr: '"Cl"' }, usual],
    [{ client_id: 'a', redirect_uri, request: object({ scope: ['openid'], max_age: true }) }, usual],
    [{ client_id: 'a' }, undefined],
    [{ redirect_uri }, undefined],
    [{ client_id: 'a', redirect_uri: '/callback' }, undefined],
    [{ client_id: 'a', request: object({ redirect_uri: 7 }) }, undefined],
  ])('[CHK-1] of the parameters %j is %j', (params, request) => {
    expect(read(params)).toEqual(request)
  })

  it.each([
    ['ready-key', {}],
    [{ publicKey: 'pem' }, { publicKeys: ['pem'] }],
    [{ jwksURL: 'http://127.0.0.1/jwks' }, { jwksURL: 'http://127.0.0.1/jwks' }],
    [{ clientSecret: 's' }, { tokenAuthMethod: 'client_secret_post', clientSecret: 's' }],
  ] as const)('[CHK-1] registers the service with %j', (credentials, settings) => {
    const asked = { ...usual, scopes: ['openid'] }
    expect(registrationOf(asked, credentials, 'RS256')).toEqual({
      clientId: 'a',
      redirectUris: [redirect_uri],
      levels: ['P0', 'P1', 'P2', 'P3'],
      idTokenSigningAlg: 'RS256',
      ...settings,
    })
  })

  it('[CHK-1] has the parts of a JWT, or nothing', () => {
    expect(decodePart(object({ a: 1 }), 1)).toEqual({ a: 1 })
    expect(decodePart(object({ a: 1 }), 0)).toEqual({})
    for (const jwt of ['', 'x', 'bnVsbA.bnVsbA', 'MQ.MQ'])
      expect([decodePart(jwt, 0), decodePart(jwt, 1)]).toEqual([undefined, undefined])
  })
})

describe('the results of a check', () => {
  const all = { only: [], skip: [] }

  it('[CHK-3] are the most serious of a requirement', () => {
    const verdict = (...verdicts: Verdict[]) => {
      const results = new Results({ only: ['state'], skip: [] })
      for (const one of verdicts) results.add('state', check(one))
      return results.all()[0]?.verdict
    }
    expect(verdict()).toBe('not observable')
    expect(verdict('not observable', 'kept')).toBe('kept')
    expect(verdict('kept', 'advice', 'not observable')).toBe('advice')
    expect(verdict('advice', 'broken', 'kept')).toBe('broken')
    expect(verdict('broken', 'crashed')).toBe('crashed')
  })

  it('[CHK-3] are of the requirements and phases that are selected, in the order of the catalogue', () => {
    const idsOf = (only: string[], skip: string[] = []) =>
      new Results({ only, skip }).all().map(({ id }) => id)
    expect(idsOf([])).toEqual(requirementIds)
    expect(idsOf(['nonce', 'state'])).toEqual(requirementIds.filter((id) => ['nonce', 'state'].includes(id)))
    const ofPhase = requirementIds.filter((id) => requirementOf(id).phase === 'slow')
    expect(idsOf(['slow'])).toEqual(ofPhase)
    expect(idsOf([], ['slow', 'state'])).toEqual(
      requirementIds.filter((id) => !ofPhase.includes(id) && id !== 'state'),
    )
    const results = new Results({ only: ['state'], skip: [] })
    results.add('nonce', check('broken'))
    expect([results.of('nonce'), results.wants('nonce'), results.wants('state')]).toEqual([[], false, true])
    expect([results.wantsPhase('requests'), results.wantsPhase('slow')]).toEqual([true, false])
  })

  it('[CHK-2] count nothing where the service limited requests, except a crash', () => {
    const results = new Results(all)
    results.add('state', check('kept'))
    results.meetLimit()
    expect(results.metLimit).toBe(true)
    results.add('state', check('broken'))
    results.add('state', check('crashed'))
    results.startTrial()
    expect(results.metLimit).toBe(false)
    results.add('state', check('advice'))
    expect(results.of('state')).toEqual([
      check('kept'),
      { ...check('not observable'), seen: 'The service limits how many requests it takes (429).' },
      check('crashed'),
      check('advice'),
    ])
  })

  it('[CHK-2] prove nothing if nothing worked afterwards', () => {
    const results = new Results(all)
    const { phase } = requirementOf('id-token-issuer')
    expect(results.hasPassed(phase)).toBe(false)
    results.add('id-token-issuer', check('kept'))
    results.add('id-token-issuer', check('broken'))
    expect(results.hasPassed(phase)).toBe(true)
    expect(results.hasPassed('slow')).toBe(false)
    results.doubt(phase)
    expect(results.of('id-token-issuer').map(({ verdict, seen }) => [verdict, seen])).toEqual([
      ['not observable', 'It came back. But afterwards the journey did not work without a fault either.'],
      ['broken', 'It came back.'],
    ])
    expect(results.hasPassed(phase)).toBe(false)
  })

  it('[CHK-3] say why nothing was observed, only where nothing was', () => {
    const results = new Results(all)
    const [first, second] = requirementIds.filter((id) => requirementOf(id).phase === 'requests')
    if (!first || !second) throw new Error('The phase has 2 requirements.')
    results.add(first, check('kept'))
    results.meetLimit()
    results.explain('requests', 'There was no time.')
    expect(results.of(first)).toEqual([check('kept')])
    expect(results.of(second)).toEqual([
      { name: 'all', verdict: 'not observable', done: 'Nothing was done.', seen: 'There was no time.' },
    ])
  })
})

describe('the reports of a check', () => {
  const results = () => {
    const collected = new Results({
      only: ['state', 'nonce', 'id-token-issuer', 'session-renewed', 'logout-call'],
      skip: [],
    })
    collected.add('state', check('kept', 'fine'))
    collected.add('nonce', check('advice', 'hint', 'It could be "longer".'))
    collected.add('id-token-issuer', check('broken', 'wrong-issuer', 'It <accepted> `it`.'))
    collected.add('id-token-issuer', check('kept', 'other'))
    collected.add('session-renewed', check('crashed', 'all', 'It stopped.'))
    collected.add('logout-call', check('not observable', 'all', 'It has none.'))
    return collected.all()
  }

  it('[CHK-3] count the verdicts in one line', () => {
    expect(summary(results())).toBe('1 crashed, 1 broken, 1 advice, 1 not observable, 1 kept')
    expect(summary([])).toBe('')
  })

  it('[CHK-3] are text: each requirement with the checks that explain its verdict', () => {
    const stdout = new Output()
    writeTextReport({ stdout }, results())
    const title = (id: 'state' | 'nonce' | 'id-token-issuer' | 'session-renewed' | 'logout-call') =>
      `${id}: ${requirementOf(id).title}`
    const lines = {
      state: [`kept            ${title('state')}`],
      nonce: [`advice          ${title('nonce')}`, '                  hint: It could be "longer".'],
      'id-token-issuer': [
        `BROKEN          ${title('id-token-issuer')}`,
        '                  wrong-issuer: It <accepted> `it`.',
      ],
      'session-renewed': [`CRASHED         ${title('session-renewed')}`, '                  It stopped.'],
      'logout-call': [`not observable  ${title('logout-call')}`, '                  It has none.'],
    }
    const order = results().map(({ id }) => id as keyof typeof lines)
    expect(stdout.text.split('\n')).toEqual([
      ...order.flatMap((id) => lines[id]),
      '',
      '1 crashed, 1 broken, 1 advice, 1 not observable, 1 kept.',
      '',
    ])
  })

  it('[CHK-3] are JUnit: a suite for each phase with its counts, and a case for each requirement', () => {
    const caseOf = (
      id: 'state' | 'nonce' | 'id-token-issuer' | 'session-renewed' | 'logout-call',
      rest: string,
    ) => {
      const { phase, title } = requirementOf(id)
      const name = `${id}: ${title}`.replaceAll("'", '&#39;')
      return `    <testcase classname="conformance.${phase}" name="${name}"${rest}`
    }
    const lines = junitReport(results()).split('\n')
    expect(lines.slice(0, 2)).toEqual([
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<testsuites name="conformance" tests="5" failures="2" errors="0" skipped="1">',
    ])
    expect(lines.slice(-2)).toEqual(['</testsuites>', ''])
    expect(lines).toEqual(
      expect.arrayContaining([
        '  <testsuite name="requests" tests="2" failures="0" errors="0" skipped="0">',
        '  <testsuite name="tokens" tests="1" failures="1" errors="0" skipped="0">',
        '  </testsuite>',
        caseOf('state', '/>'),
        caseOf('nonce', '><system-out>hint: It could be &quot;longer&quot;.</system-out></testcase>'),
        caseOf(
          'id-token-issuer',
          '><failure message="broken">wrong-issuer: It &lt;accepted&gt; `it`.</failure></testcase>',
        ),
        caseOf('session-renewed', '><failure message="crashed">It stopped.</failure></testcase>'),
        caseOf('logout-call', '><skipped message="It has none."/></testcase>'),
      ]),
    )
    expect(lines.filter((line) => line.includes('<testsuite '))).toHaveLength(
      new Set(results().map(({ id }) => requirementOf(id).phase)).size,
    )
  })

  it('[CHK-3] are JSON: every requirement with its phase, its source and its checks', () => {
    const page = new URL('http://127.0.0.1:3000/account')
    expect(jsonReport(page, results())).toEqual({
      version: packageVersion,
      page: page.href,
      counts: { crashed: 1, broken: 1, advice: 1, 'not observable': 1, kept: 1 },
      requirements: results().map(({ id, verdict, checks }) => ({
        id,
        verdict,
        checks,
        ...requirementOf(id),
      })),
    })
  })

  it('[CHK-3] are HTML: what to fix, and each requirement under the heading of its phase', () => {
    const page = new URL('http://127.0.0.1:3000/account')
    const html = htmlReport(page, results(), new Date('2026-11-25T23:30:00Z'))
    for (const part of [
      '<title>Conformance with GOV.UK One Login: 127.0.0.1:3000</title>',
      `<code>http://127.0.0.1:3000</code> was checked on 25 November 2026 with passport-govuk-one-login ${packageVersion}.`,
      '<li>1 <strong class="tag broken">Broken</strong></li>',
      '<li>1 <strong class="tag not-observable">Not observable</strong></li>',
      '<h2>What to fix</h2>',
      `<li><a href="#id-token-issuer">${requirementOf('id-token-issuer').title.replaceAll(/`(.*?)`/g, '<code>$1</code>')}</a></li>`,
      '<li><a href="#session-renewed">',
      '<h2>What the service sends to One Login</h2>',
      '<h2>Tokens and claims that the service must reject</h2>',
      '<td>It &lt;accepted&gt; <code>it</code>.</td>',
      '<section class="requirement" id="state">',
      '<td><strong class="tag crashed">Crashed</strong></td><td>The service stopped.</td>',
    ])
      expect(html).toContain(part)
    expect(html).not.toContain('<a href="#state">')
    expect(html).not.toContain('<h2>When One Login fails</h2>')
    const clean = htmlReport(page, results().slice(0, 1), new Date('2026-11-25'))
    expect(clean).not.toContain('What to fix')
    expect(clean).not.toContain('class="tag broken">Broken</strong></li>')
  })

  it('[CHK-3] are written to the files that are named, and to no other', async () => {
    const folder = await newFolder()
    const [junit, html] = [join(folder, 'a.xml'), join(folder, 'a.html')]
    const page = new URL('http://127.0.0.1:3000/account')
    const none = { junit: undefined, html: undefined }
    await checkReportFiles(none)
    await checkReportFiles({ junit, html })
    await writeReports({ ...none, junit }, page, results())
    expect(await readFile(junit, 'utf8')).toBe(junitReport(results()))
    await expect(readFile(html)).rejects.toThrow('ENOENT')
    await writeReports({ ...none, html }, page, results())
    expect(await readFile(html, 'utf8')).toMatch(/^<!DOCTYPE html>/)
    await expect(checkReportFiles({ ...none, junit: join(folder, 'no', 'a.xml') })).rejects.toThrow(
      /^--junit: /,
    )
    await expect(checkReportFiles({ ...none, html: join(folder, 'no', 'a.html') })).rejects.toThrow(
      /^--html: /,
    )
  })
})

describe('the expectations of a check', () => {
  const results = () => {
    const collected = new Results({ only: ['state', 'nonce', 'pkce', 'logout-call'], skip: [] })
    collected.add('state', check('broken'))
    collected.add('nonce', check('kept'))
    collected.add('pkce', check('crashed'))
    return collected.all()
  }

  it.each([
    [{ state: 'broken', pkce: 'crashed' }, []],
    [{ state: 'crashed', pkce: 'crashed' }, ['state is broken, not crashed.']],
    [{ pkce: 'crashed' }, ['state is broken.']],
    [
      { state: 'broken', pkce: 'crashed', nonce: 'broken' },
      ['nonce is no longer broken. Remove it from the file in --expect.'],
    ],
    [{ state: 'broken', pkce: 'crashed', 'logout-call': 'broken' }, []],
  ] as const)('[CHK-3] %j leave %j', (expectations, left) => {
    expect(surprises(results(), expectations)).toEqual(left)
  })

  it.each([
    ['{"state":"broken"}', undefined],
    ['{}', undefined],
    ['[]', 'the content must be a JSON object. Write it as { "session-renewed": "broken" }.'],
    ['null', 'the content must be a JSON object. Write it as { "session-renewed": "broken" }.'],
    ['"x"', 'the content must be a JSON object. Write it as { "session-renewed": "broken" }.'],
    [
      '{"stat":"broken"}',
      '"stat" is an unknown requirement. Did you mean "state"? Use --list to see all requirements.',
    ],
    ['{"state":"kept"}', '"state" must be "broken" or "crashed". Change it.'],
  ])('[CHK-3] are read from a file with the content %s', async (content, message) => {
    const file = join(await newFolder(), 'known.json')
    await writeFile(file, content)
    const reading = readExpectations(file)
    if (message === undefined) expect(await reading).toEqual(JSON.parse(content))
    else await expect(reading).rejects.toThrow(`--expect: ${file}: ${message}`)
  })
})

describe('the settings of a check', () => {
  const page = 'http://127.0.0.1:3000/account'
  const usual: FlagValues = { page, 'client-secret': 'a-secret' }

  it('[CHK-3] have these defaults', async () => {
    expect(await readSettings(usual)).toEqual({
      page: new URL(page),
      identityPage: undefined,
      identityStart: undefined,
      identityText: undefined,
      signOut: undefined,
      backChannel: undefined,
      allowedHosts: [],
      credentials: { clientSecret: 'a-secret' },
      idTokenAlg: 'ES256',
      press: [],
      cookies: [],
      headers: {},
      timeout: 15_000,
      startTimeout: 60_000,
      only: [],
      skip: [],
      slow: false,
      command: [],
    })
  })

  it('[CHK-3] are what the flags say', async () => {
    const flags = {
      page,
      'identity-page': 'https://localhost/identity',
      'identity-start': 'http://127.0.0.1/prove',
      'identity-text': '^Proven \\d',
      'sign-out': 'http://127.0.0.1/out',
      'back-channel': 'http://allowed.example/logout',
      'allow-host': ['allowed.example'],
      'id-token-alg': 'RS256',
      press: ['Go'],
      cookie: ['preview=b c'],
      header: ['X-A:  b: c', 'x-empty:'],
      timeout: '500ms',
      'start-timeout': '1.25s',
      only: ['state, nonce', 'slow'],
      skip: ['pkce'],
      slow: true,
      '--': ['node', 'app.js'],
    }
    expect(await readSettings(flags)).toEqual({
      page: new URL(page),
      identityPage: new URL('https://localhost/identity'),
      identityStart: new URL('http://127.0.0.1/prove'),
      identityText: /^Proven \d/,
      signOut: new URL('http://127.0.0.1/out'),
      backChannel: new URL('http://allowed.example/logout'),
      allowedHosts: ['allowed.example'],
      credentials: 'ready-key',
      idTokenAlg: 'RS256',
      press: ['Go'],
      cookies: ['preview=b c'],
      headers: { 'x-a': 'b: c', 'x-empty': '' },
      timeout: 500,
      startTimeout: 1250,
      only: ['state', 'nonce', 'slow'],
      skip: ['pkce'],
      slow: true,
      command: ['node', 'app.js'],
    })
    const jwks = { page, jwks: 'http://127.0.0.1/jwks' }
    expect((await readSettings(jwks)).credentials).toEqual({ jwksURL: 'http://127.0.0.1/jwks' })
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    const file = join(await newFolder(), 'key.pem')
    await writeFile(file, pem)
    expect((await readSettings({ page, 'public-key': file })).credentials).toEqual({ publicKey: pem })
    await writeFile(file, 'x')
    await expect(readSettings({ page, 'public-key': file })).rejects.toThrow(
      'is not an RSA public key in PEM. Use the public key',
    )
  })

  it.each<[FlagValues, string]>([
    [{ page: undefined }, '--page is missing.'],
    [{ page: '/account' }, '--page is "/account", which is not a whole address.'],
    [{ page: 'xhttp://127.0.0.1/' }, 'which is not a whole address.'],
    [{ page: 'http://[' }, 'which is not a whole address.'],
    [{ page: 'http://a.example/' }, '--page: a.example is not this machine.'],
    [{ 'sign-out': 'http://a.example/' }, 'add --allow-host a.example.'],
    [{ 'identity-text': '(' }, '--identity-text is "(", which is not a regular expression.'],
    [{ 'client-secret': undefined }, 'No flag says how your service authenticates.'],
    [{ jwks: 'http://127.0.0.1/' }, 'More than one of --public-key, --jwks and --client-secret is set.'],
    [{ 'public-key': 'x' }, 'More than one of --public-key, --jwks and --client-secret is set.'],
    [
      { 'client-secret': undefined, 'public-key': '/nowhere.pem' },
      '--public-key: /nowhere.pem does not exist.',
    ],
    [{ 'client-secret': undefined, jwks: 'jwks' }, '--jwks is "jwks", which is not a whole address.'],
    [{ 'id-token-alg': 'PS256' }, '--id-token-alg is "PS256". Use one of ES256, RS256.'],
    [{ cookie: ['a'] }, '--cookie is "a", which is not a cookie.'],
    [{ cookie: ['=a'] }, 'which is not a cookie.'],
    [{ cookie: ['a b=c'] }, 'which is not a cookie.'],
    [{ cookie: ['a=b; path=/'] }, 'which is not a cookie.'],
    [{ cookie: ['x;a=b'] }, 'which is not a cookie.'],
    [{ header: ['a'] }, '--header is "a", which is not a header.'],
    [{ header: ['a b: c'] }, 'which is not a header.'],
    [{ header: [': c'] }, 'which is not a header.'],
    [{ timeout: '0' }, '--timeout is "0", which is not a time.'],
    [{ timeout: '-1' }, 'which is not a time.'],
    [{ timeout: '1m' }, 'which is not a time.'],
    [{ timeout: '1.' }, 'which is not a time.'],
    [{ timeout: 'x1s' }, 'which is not a time.'],
    [{ 'start-timeout': '' }, '--start-timeout is "", which is not a time.'],
    [
      { only: ['state,stat'] },
      '--only: unknown requirement or phase "stat". Did you mean "state"? Use --list',
    ],
    [{ skip: ['xxxxxxxxxx'] }, '--skip: unknown requirement or phase "xxxxxxxxxx". Use --list to see all.'],
  ])('[CHK-3] reject %j', async (flags, message) => {
    await expect(readSettings({ ...usual, ...flags })).rejects.toThrow(message)
  })

  it('[CHK-3] read a time without a unit as seconds', async () => {
    expect((await readSettings({ ...usual, timeout: '2' })).timeout).toBe(2000)
    expect((await readSettings({ ...usual, timeout: '10s' })).timeout).toBe(10_000)
  })
})

describe('the mailbox of the check', () => {
  it('[CHK-1] returns each logout once, as it arrived', async () => {
    const mailbox = await LogoutMailbox.open()
    onTestFinished(() => mailbox.close())
    expect(mailbox.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
    const send = (body: string) =>
      fetch(mailbox.url, { method: 'POST', body: new URLSearchParams({ a: body }) })
    expect((await send('1')).status).toBe(200)
    await send('2')
    const type = 'application/x-www-form-urlencoded;charset=UTF-8'
    expect(mailbox.take()).toEqual([
      { method: 'POST', type, body: 'a=1' },
      { method: 'POST', type, body: 'a=2' },
    ])
    expect(mailbox.take()).toEqual([])
  })
})
