import { describe, expect, it } from 'vitest'
import type { Settings } from '../../lib/cli/conformance/settings.ts'
import { checked, findings } from '../conformance-check/checked.ts'
import { startOtherService, type Build } from '../conformance-check/other-service.ts'

/** The advice that every build of that service gets. */
const advice = ['id-token-access-token', 'request-object']

interface Case {
  readonly build: Build
  readonly change?: Partial<Settings>
  readonly also?: readonly string[]
}

const noBackChannel = { backChannel: undefined }

const builds: Readonly<Record<string, Case>> = {
  'as plain as can be': { build: {} },
  'a page with a link before the sign-in': { build: { landing: 'link' }, change: { press: ['Sign in'] } },
  'a form against CSRF, shown with status 401 at the address of the page': {
    build: { landing: 'form', landingStatus: 401 },
    change: { press: ['Sign in'] },
  },
  'a form against CSRF, shown with status 200 at the address of the page': {
    build: { landing: 'form', landingStatus: 200, refusal: 200 },
    change: { press: ['Sign in'] },
  },
  'sessions in cookies': {
    build: { cookieSession: true },
    change: noBackChannel,
    also: ['sign-out-session'],
  },
  'redirects after the callback': { build: { redirectsTwice: true } },
  'a page that refreshes after the callback': { build: { refreshes: true } },
  'behind a path': {
    build: { prefix: '/apply' },
    change: {},
  },
  'in Welsh, and every refusal with status 200': { build: { language: 'cy', refusal: 200 } },
  'headings with the name of the user only': { build: { isPersonal: true } },
  'headings with the name of the user, and every refusal with status 200': {
    build: { isPersonal: true, refusal: 200 },
  },
  'every detail of the user': { build: { isFull: true, refusal: 200 } },
  'pages of JSON': { build: { isJson: true, refusal: 200 } },
}

describe('a service that is built in another way raises no false alarm', () => {
  it.each(Object.entries(builds))('[CHK-2] %s', async (_name, { build, change = {}, also = [] }) => {
    const results = await checked((op) => startOtherService(op, build), change, build.prefix)
    const found = findings(results)
    expect(Object.keys(found).sort(), JSON.stringify(found)).toEqual([...advice, ...also].sort())
    const unknown = results.filter(({ verdict }) => verdict === 'not observable').map(({ id }) => id)
    const expected = ['id-token-auth-time', 'cold-start', 'time-limit', 'key-rotation']
    expect(unknown.filter((id) => !id.startsWith('logout-')).sort()).toEqual(expected.sort())
  })
})
