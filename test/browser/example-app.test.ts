import type { Browser, Page } from 'playwright-core'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import cy from '../../example-app/locales/cy.json' with { type: 'json' }
import en from '../../example-app/locales/en.json' with { type: 'json' }
import { startService, type RunningService } from '../../example-app/server.ts'
import type { Simulator, SimulatorResponse } from '../../lib/simulator/index.ts'
import { launchChromium, openPage, violations, type Visit } from '../support/chromium.ts'

const log = pino({ level: 'silent' })
let chromium: Browser
beforeAll(async () => {
  chromium = await launchChromium()
})
afterAll(async () => {
  await chromium.close()
})
afterEach(() => {
  vi.useRealTimers()
})

/** The example service, and somebody who visits it. */
interface Journey extends AsyncDisposable, Visit {
  readonly service: RunningService
  readonly op: Simulator
  go(path: string): Promise<number | undefined>
  /** Waits for a page by its heading, and holds it to everything that holds for each page. */
  arrives(heading: string): Promise<void>
}

interface JourneyParts {
  readonly lang?: 'en' | 'cy'
  readonly javaScriptEnabled?: boolean
  readonly width?: number
  readonly interactive?: boolean
  readonly answer?: SimulatorResponse
}

async function startJourney({
  lang = 'en',
  javaScriptEnabled = true,
  width = 1100,
  interactive = false,
  answer = {},
}: JourneyParts = {}): Promise<Journey> {
  const service = await startService({ PORT: '0' }, log, { interactive })
  const op = service.simulator
  if (!op) throw new Error('No simulator was started')
  op.respondWith(answer)
  const visit = await openPage(chromium, { javaScriptEnabled, viewport: { width, height: 800 } })
  const { page, complaints } = visit
  const go = async (path: string) => (await page.goto(`${service.url}${path}`))?.status()
  const arrives = async (heading: string) => {
    await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe(lang)
    expect(await page.title()).toMatch(/ – GOV\.UK$/)
    expect(await page.title()).toContain(heading)
    expect(await violations(page)).toEqual([])
    expect(complaints).toEqual([])
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
  }
  await go('/')
  if (lang === 'cy') await page.getByRole('link', { name: 'Cymraeg' }).click()
  return {
    ...visit,
    service,
    op,
    go,
    arrives,
    [Symbol.asyncDispose]: async () => {
      await page.context().close()
      await service.close()
    },
  }
}

/** What the service asked One Login for, newest last. */
const asked = ({ requests }: Simulator) =>
  requests.flatMap(({ requestObject }) => (requestObject ? [requestObject.claims] : []))

/** The session cookie is lost, as when the browser is another one. */
async function loseSession(page: Page): Promise<void> {
  await page.context().clearCookies({ name: 'session' })
}

const ways = [
  { lang: 'en', javaScriptEnabled: true },
  { lang: 'en', javaScriptEnabled: false },
  { lang: 'cy', javaScriptEnabled: true },
  { lang: 'cy', javaScriptEnabled: false },
] as const

describe.each(ways)('In $lang, with JavaScript: $javaScriptEnabled', (way) => {
  const t = { en, cy }[way.lang]
  const press = async (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
  const follow = async (page: Page, name: string) => page.getByRole('link', { name, exact: true }).click()

  it('[AUTHZ-8, AUTHZ-14] a user signs in, then proves their identity, and sees what One Login vouches for', async () => {
    await using journey = await startJourney({ ...way, answer: { user: 'previous-addresses' } })
    const { page, op } = journey
    await journey.arrives(t.start.title)
    await press(page, t.start.button)
    await journey.arrives(t.account.title)
    await page.getByText('previous-addresses@example.com').waitFor()
    await follow(page, t.account.identity)
    await journey.arrives(t.identity.title)
    const details = await page.locator('dl').innerText()
    for (const detail of ['Kenneth Decerqueira', 'HP16 0AL', 'BA2 5AA', 'BH12 1JY', '321654987'])
      expect(details).toContain(detail)
    expect(details).toContain(way.lang === 'cy' ? '8 Gorffennaf 1965' : '8 July 1965')
    expect(asked(op)).toMatchObject([
      { vtr: ['Cl.Cm'], ui_locales: way.lang },
      { vtr: ['Cl.Cm.P2'], ui_locales: way.lang },
    ])
  })

  it('[CID-7, CID-11] a user whose identity was not proven is told so, with the return codes, and can try again', async () => {
    const unproven = { user: 'no-identity', returnCodes: ['B', 'C'] } as const
    await using journey = await startJourney({ ...way, answer: unproven })
    const { page, op } = journey
    expect(await journey.go('/identity')).toBe(403)
    await journey.arrives(t.errors.notProven.title)
    await page.getByText(t.errors.notProven.code.replace('{code}', 'B'), { exact: true }).waitFor()
    await page.getByText(t.errors.notProven.code.replace('{code}', 'C'), { exact: true }).waitFor()
    await press(page, t.errors.notProven.button)
    await journey.arrives(t.errors.notProven.title)
    expect(asked(op)).toHaveLength(3)
  })

  it('[SESS-1] a user signs out, of One Login too', async () => {
    await using journey = await startJourney(way)
    const { page, op } = journey
    await journey.go('/account')
    await follow(page, t.navigation.signOut)
    await journey.arrives(t.signedOut.asked)
    expect(op.requests.some(({ endpoint }) => endpoint === 'logout')).toBe(true)
    await press(page, t.signedOut.button)
    await journey.arrives(t.account.title)
  })

  it('[CB-4] a user whom One Login turned away is told so and can try again', async () => {
    await using journey = await startJourney({ ...way, answer: { error: { error: 'access_denied' } } })
    expect(await journey.go('/account')).toBe(403)
    await journey.arrives(t.errors.accessDenied.title)
    journey.op.respondWith({})
    await press(journey.page, t.errors.accessDenied.button)
    await journey.arrives(t.account.title)
  })

  it.each([
    ['temporarily_unavailable', 503, t.errors.tryAgainLater.title],
    ['server_error', 502, t.errors.tryAgainLater.title],
    ['unauthorized_client', 503, t.errors.unavailable.title],
    ['invalid_scope', 502, t.errors.fault.title],
  ])('[CB-6, CB-7] a user is told what %s means for them', async (error, status, heading) => {
    await using journey = await startJourney({ ...way, answer: { error: { error } } })
    expect(await journey.go('/account')).toBe(status)
    await journey.arrives(heading)
  })

  it('[CB-1] a user who comes back without their session is told so and can start again', async () => {
    await using journey = await startJourney({ ...way, interactive: true })
    const { page } = journey
    await journey.go('/account')
    await loseSession(page)
    await press(page, 'Continue to the service')
    await journey.arrives(t.errors.sessionLost.title)
    await press(page, t.errors.sessionLost.button)
    await journey.arrives(t.account.title)
  })

  it('[AUTHZ-13] a user proves again that it is them before they change their bank details', async () => {
    await using journey = await startJourney(way)
    const { page, op } = journey
    await journey.go('/account')
    await follow(page, t.account.bankDetails)
    await journey.arrives(t.bankDetails.title)
    expect(asked(op).at(-1)).toMatchObject({ prompt: 'login', ui_locales: way.lang })
    await page.getByLabel(t.bankDetails.account).fill('a dragon')
    await press(page, t.bankDetails.button)
    await journey.arrives(t.bankDetails.title)
    expect(await page.title()).toMatch(new RegExp(`^${t.navigation.error}: `))
    await follow(page, t.bankDetails.invalid)
    await page.keyboard.type('00733445')
    await page.getByLabel(t.bankDetails.account).fill('00 73-34 45')
    await press(page, t.bankDetails.button)
    await journey.arrives(t.bankDetails.changed)
  })

  it('[CB-5] somebody else who answers for a user has signed the user out', async () => {
    await using journey = await startJourney(way)
    await journey.go('/account')
    journey.op.respondWith({ user: 'no-phone' })
    expect(await journey.go('/bank-details')).toBe(401)
    await journey.arrives(t.errors.signedOut.title)
    expect(await journey.page.getByRole('link', { name: t.navigation.signOut, exact: true }).count()).toBe(0)
  })

  it('[F2F-1] a user comes back from a check in person, is welcomed, and goes on where they left', async () => {
    await using journey = await startJourney(way)
    expect(await journey.go('/landing')).toBe(200)
    await journey.arrives(t.inPersonReturn.title)
    await press(journey.page, t.inPersonReturn.button)
    await journey.arrives(t.identity.title)
    expect(asked(journey.op)).toMatchObject([{ vtr: ['Cl.Cm'] }, { vtr: ['Cl.Cm.P2'] }])
  })

  it('a user who is at an address that nothing is at is told so', async () => {
    await using journey = await startJourney(way)
    expect(await journey.go('/griffins')).toBe(404)
    await journey.arrives(t.errors.notFound.title)
  })
})

/** Moves the clocks of the service, the simulator and the page. */
async function passMinutes({ page }: Journey, minutes: number): Promise<void> {
  vi.setSystemTime(Date.now() + minutes * 60_000)
  await page.clock.fastForward(minutes * 60_000)
}

describe('The end of a session', () => {
  async function signedInWithClock(parts: JourneyParts): Promise<Journey> {
    vi.useFakeTimers({ toFake: ['Date'] })
    const journey = await startJourney(parts)
    await journey.page.clock.install()
    await journey.go('/account')
    // The page has been told how long the session lives.
    await journey.page.waitForLoadState('networkidle')
    return journey
  }

  it.each(['en', 'cy'] as const)(
    '[SESS-5] is warned of in %s while there is time, and does not come when the user stays',
    async (lang) => {
      const { timeout, account } = { en, cy }[lang]
      await using journey = await signedInWithClock({ lang })
      const { page } = journey
      const dialog = page.getByRole('dialog', { name: timeout.title })
      await passMinutes(journey, 20)
      expect(await dialog.isVisible()).toBe(false)
      await passMinutes(journey, 6)
      await dialog.getByText(timeout.minutes.replace('{count}', '4')).waitFor()
      expect(await violations(page)).toEqual([])
      expect(await dialog.locator(':focus').innerText()).toBe(timeout.stay)
      const answered = page.waitForResponse((answer) => answer.url().endsWith('/session-status'))
      await page.keyboard.press('Enter')
      await answered
      await dialog.waitFor({ state: 'hidden' })
      await passMinutes(journey, 10)
      await journey.go('/account')
      await journey.arrives(account.title)
    },
  )

  it('[SESS-5] signs a user out who does nothing, and says why', async () => {
    await using journey = await signedInWithClock({})
    await passMinutes(journey, 26)
    await journey.page.getByRole('dialog').waitFor()
    await passMinutes(journey, 5)
    await journey.arrives(en.signedOut.title)
    expect(journey.op.requests.some(({ endpoint }) => endpoint === 'logout')).toBe(true)
  })

  it('[SESS-5] is told without JavaScript, too', async () => {
    await using journey = await startJourney({ javaScriptEnabled: false })
    await journey.go('/account')
    const notice = await journey.page.getByText(en.timeout.notice.split('{')[0] ?? '').innerText()
    expect(notice).toMatch(/ at \d\d:\d\d unless /)
  })
})

describe('The whole service', () => {
  it('works by keyboard alone, from the start page through the simulator to the end', async () => {
    await using journey = await startJourney({ interactive: true })
    const { page } = journey
    const focused = () =>
      page.evaluate<string>(
        '(document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim()',
      )
    const tabTo = async (text: string) => {
      for (let presses = 0; presses < 40; presses++) {
        await page.keyboard.press('Tab')
        if ((await focused()).startsWith(text)) return
      }
      throw new Error(`Tab does not lead to "${text}"`)
    }
    const pressTo = async (text: string, heading: RegExp | string) => {
      await tabTo(text)
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { level: 1, name: heading }).waitFor()
    }
    await page.keyboard.press('Tab')
    expect(await focused()).toBe(en.navigation.skip)
    await page.keyboard.press('Enter')
    await pressTo(en.start.button, /^Sign in to/)
    await tabTo('typical')
    await page.keyboard.press('ArrowDown')
    expect(await focused()).toMatch(/^every-document/)
    await pressTo('Continue to the service', en.account.title)
    await page.getByText('every-document@example.com').waitFor()
    await pressTo(en.account.identity, /^Sign in to/)
    await pressTo('Continue to the service', en.identity.title)
    await page.getByText(en.identity.drivingPermit).waitFor()
    await pressTo(en.navigation.signOut, en.signedOut.asked)
  })

  it.each([320, 375])('fits a screen that is %i pixels wide, the longest names too', async (width) => {
    await using journey = await startJourney({ width, answer: { user: 'long-names' } })
    for (const [path, heading] of [
      ['/', en.start.title],
      ['/account', en.account.title],
      ['/identity', en.identity.title],
      ['/bank-details', en.bankDetails.title],
      ['/landing', en.inPersonReturn.title],
      ['/development', en.footer.development],
      ['/nowhere', en.errors.notFound.title],
      ['/sign-out', en.signedOut.asked],
    ] as const) {
      await journey.go(path)
      await journey.arrives(heading)
    }
  })

  it('opens its menu on a small screen', async () => {
    await using journey = await startJourney({ width: 375 })
    const { page } = journey
    await journey.go('/account')
    await page.getByRole('button', { name: en.navigation.label }).click()
    await page.getByRole('link', { name: en.navigation.bankDetails, exact: true }).waitFor()
    expect(await violations(page)).toEqual([])
  })

  it('shows a developer what went over the wire', async () => {
    await using journey = await startJourney()
    const { page } = journey
    await journey.go('/identity')
    await journey.go('/development')
    for (const summary of await page.locator('summary').all()) await summary.click()
    await journey.arrives(en.footer.development)
    const text = await page.getByRole('main').innerText()
    for (const word of ['code_challenge', 'client_assertion', 'at_hash', 'Kenneth Decerqueira', '"nonce"'])
      expect(text).toContain(word)
  })
})
