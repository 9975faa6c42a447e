import type { Page } from 'playwright-core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import cy from '../../example-app/src/locales/cy.json' with { type: 'json' }
import en from '../../example-app/src/locales/en.json' with { type: 'json' }
import type { Simulator } from '../../lib/simulator/index.ts'
import { violations } from '../support/chromium.ts'
import { startJourney, type Journey, type JourneyOptions } from './example-journey.ts'

afterEach(() => {
  vi.useRealTimers()
})

/** The requests of the service to One Login, newest last. */
const asked = ({ requests }: Simulator) =>
  requests.flatMap(({ requestObject }) => (requestObject ? [requestObject.claims] : []))

/** Deletes the cookies of the service, as if the user changed the browser. */
async function loseSession(page: Page): Promise<void> {
  await page.context().clearCookies({ name: /^(?:session$|one-login-)/ })
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

  it('[AUTHZ-8, AUTHZ-14] a user signs in, then proves their identity, and sees what One Login confirmed', async () => {
    await using journey = await startJourney({ ...way, response: { user: 'previous-addresses' } })
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

  it('[CID-7, CID-14] a user whose identity was not proven sees no return code, and can try again', async () => {
    const unproven = { user: 'no-identity', returnCodes: ['B', 'XQZ'] } as const
    await using journey = await startJourney({ ...way, response: unproven })
    const { page, op } = journey
    expect(await journey.go('/identity')).toBe(403)
    await journey.arrives(t.errors.identityNotProven.title)
    expect(await page.content()).not.toContain('XQZ')
    await page.getByText(t.errors.otherWayText).waitFor()
    await press(page, t.errors.identityNotProven.button)
    await journey.arrives(t.errors.identityNotProven.title)
    expect(asked(op)).toHaveLength(3)
    await page.getByRole('main').getByRole('link', { name: t.errors.contact }).click()
    await journey.arrives(t.texts.contact.title)
  })

  it('[CID-14] a user whose identity was proven with a return code does not see it', async () => {
    const response = { user: 'proven-with-return-code', returnCodes: ['XQZ'] } as const
    await using journey = await startJourney({ ...way, response })
    await journey.go('/identity')
    await journey.arrives(t.identity.title)
    expect(await journey.page.content()).not.toContain('XQZ')
  })

  it('a user sees countries and expired documents in words', async () => {
    await using journey = await startJourney({ ...way, response: { user: 'address-abroad' } })
    await journey.go('/identity')
    await journey.arrives(t.identity.title)
    const details = () => journey.page.locator('dl').innerText()
    const [ireland, america] =
      way.lang === 'cy' ? ['Iwerddon', 'Yr Unol Daleithiau'] : ['Ireland', 'United States']
    expect(await details()).toContain(t.identity.issuedBy.replace('{name}', ireland))
    expect(await details()).toContain(america)
    journey.op.respondWith({ user: 'expired-passport' })
    await journey.go('/sign-out')
    await journey.go('/identity')
    const expired = way.lang === 'cy' ? '28 Chwefror 2019' : '28 February 2019'
    expect(await details()).toContain(t.identity.expired.replace('{date}', expired))
  })

  it('[SESS-1] a user signs out of the service and of One Login', async () => {
    await using journey = await startJourney(way)
    const { page, op } = journey
    await journey.go('/account')
    await press(page, t.navigation.signOut)
    await journey.arrives(t.signedOut.asked)
    expect(op.requests.some(({ endpoint }) => endpoint === 'logout')).toBe(true)
    await press(page, t.signedOut.button)
    await journey.arrives(t.account.title)
  })

  it('[CB-4] a user whom One Login refused sees why and can try again', async () => {
    await using journey = await startJourney({ ...way, response: { error: { error: 'access_denied' } } })
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
  ])('[CB-6, CB-7] a user sees what %s means for them', async (error, status, heading) => {
    await using journey = await startJourney({ ...way, response: { error: { error } } })
    expect(await journey.go('/account')).toBe(status)
    await journey.arrives(heading)
  })

  it('[CB-1] a user who comes back without their session sees why and can start again', async () => {
    await using journey = await startJourney({ ...way, interactive: true })
    const { page } = journey
    await journey.go('/account')
    await loseSession(page)
    await press(page, 'Continue to the service')
    await journey.arrives(t.errors.sessionLost.title)
    await press(page, t.errors.sessionLost.button)
    await press(page, 'Continue to the service')
    await journey.arrives(t.account.title)
  })

  it('[AUTHZ-13] a user signs in again before they change their bank details', async () => {
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
    const other = { en: cy, cy: en }[way.lang]
    await follow(page, { en: 'Cymraeg', cy: 'English' }[way.lang])
    await page.getByRole('link', { name: other.bankDetails.invalid }).waitFor()
    expect(await page.getByLabel(other.bankDetails.account).inputValue()).toBe('a dragon')
    await follow(page, { en: 'English', cy: 'Cymraeg' }[way.lang])
    await journey.arrives(t.bankDetails.title)
    await follow(page, t.bankDetails.invalid)
    await page.keyboard.type('00733445')
    await page.getByLabel(t.bankDetails.account).fill('00 73-34 45')
    await press(page, t.bankDetails.button)
    await journey.arrives(t.bankDetails.changed)
  })

  it('[CB-5] another person who signs in instead signs the user out', async () => {
    await using journey = await startJourney(way)
    await journey.go('/account')
    journey.op.respondWith({ user: 'no-phone' })
    expect(await journey.go('/bank-details')).toBe(401)
    await journey.arrives(t.errors.signedOut.title)
    expect(await journey.page.getByRole('button', { name: t.navigation.signOut, exact: true }).count()).toBe(
      0,
    )
  })

  it('[F2F-1] a user comes back from a check in person and continues where they left', async () => {
    await using journey = await startJourney(way)
    expect(await journey.go('/landing')).toBe(200)
    await journey.arrives(t.identityInPerson.title)
    await press(journey.page, t.identityInPerson.button)
    await journey.arrives(t.identity.title)
    expect(asked(journey.op)).toMatchObject([{ vtr: ['Cl.Cm'] }, { vtr: ['Cl.Cm.P2'] }])
  })

  it('a user at an unknown address sees that the page does not exist', async () => {
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
  async function signedInWithClock(parts: JourneyOptions): Promise<Journey> {
    vi.useFakeTimers({ toFake: ['Date'] })
    const journey = await startJourney(parts)
    await journey.page.clock.install()
    await journey.go('/account')
    // The page knows when the session ends.
    await journey.page.waitForLoadState('networkidle')
    return journey
  }

  it.each(['en', 'cy'] as const)(
    '[SESS-5] is announced in %s in time, and does not happen if the user stays signed in',
    async (lang) => {
      const { timeout, account } = { en, cy }[lang]
      await using journey = await signedInWithClock({ lang })
      const { page } = journey
      const dialog = page.getByRole('dialog', { name: timeout.title })
      const title = await page.title()
      await passMinutes(journey, 20)
      expect(await dialog.isVisible()).toBe(false)
      await passMinutes(journey, 6)
      // Part of the fourth minute has passed.
      await dialog.locator('strong').getByText(timeout.minutes.replace('{count}', '3')).waitFor()
      expect(await page.title()).toBe(`${timeout.title} – ${title}`)
      expect(await violations(page)).toEqual([])
      expect(await dialog.locator(':focus').innerText()).toBe(timeout.stay)
      const statusResponse = page.waitForResponse((response) => response.url().endsWith('/session-status'))
      await page.keyboard.press('Enter')
      await statusResponse
      await dialog.waitFor({ state: 'hidden' })
      expect(await page.title()).toBe(title)
      await passMinutes(journey, 10)
      await journey.go('/account')
      await journey.arrives(account.title)
    },
  )

  it('[SESS-5] counts the last seconds down one by one, and tells a screen reader less often', async () => {
    await using journey = await signedInWithClock({})
    const { page } = journey
    await passMinutes(journey, 29)
    const dialog = page.getByRole('dialog')
    await dialog.waitFor()
    const left = dialog.locator('strong')
    const shown = async () => Number.parseInt(await left.innerText())
    const spoken = async () => dialog.getByRole('status').innerText()
    await page.clock.runFor(1000)
    const before = await shown()
    expect(before).toBeLessThan(60)
    await page.clock.runFor(1000)
    expect(await shown()).toBe(before - 1)
    await page.clock.runFor((before - 1 - 39) * 1000)
    expect(await shown()).toBe(39)
    expect(await spoken()).toContain('40 seconds')
    await page.clock.runFor(5000)
    expect(await spoken()).toContain('40 seconds')
  })

  it('[SESS-5] signs out an inactive user and says why', async () => {
    await using journey = await signedInWithClock({})
    await passMinutes(journey, 26)
    await journey.page.getByRole('dialog').waitFor()
    await passMinutes(journey, 5)
    await journey.arrives(en.signedOut.title)
    expect(journey.op.requests.some(({ endpoint }) => endpoint === 'logout')).toBe(true)
  })

  it('[SESS-5] is explained without JavaScript, too', async () => {
    await using journey = await startJourney({ javaScriptEnabled: false })
    await journey.go('/account')
    const notice = await journey.page.getByText(en.timeout.notice.split('{')[0] ?? '').innerText()
    expect(notice).toMatch(/ at \d\d:\d\d unless /)
  })
})

describe('The whole service', () => {
  it('works with only a keyboard, from the start page through the simulator to the end', async () => {
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
    await pressTo(en.account.identity, /^Prove an identity to/)
    await pressTo('Continue to the service', en.identity.title)
    await page.getByText(en.identity.drivingPermit).waitFor()
    await pressTo(en.navigation.signOut, en.signedOut.asked)
  })

  it('opens its menus on a small screen', async () => {
    await using journey = await startJourney({ width: 375 })
    const { page } = journey
    await journey.go('/account')
    const entry = page.getByRole('link', { name: en.navigation.bankDetails, exact: true })
    const home = page.getByRole('link', { name: 'GOV.UK One Login', exact: true })
    expect([await entry.isVisible(), await home.isVisible()]).toEqual([false, false])
    await page.getByRole('button', { name: en.navigation.label, exact: true }).click()
    await entry.waitFor()
    await page.getByRole('button', { name: en.navigation.showOneLogin }).click()
    await home.waitFor()
    expect(await violations(page)).toEqual([])
  })

  it('shows a developer both requests of an identity as a sequence diagram, with what was sent and checked', async () => {
    await using journey = await startJourney()
    const { page } = journey
    await journey.go('/identity')
    await journey.go('/development')
    await journey.arrives(en.footer.development)
    const diagram = page.locator('svg[role=group]')
    for (const leg of ['Leg 1: sign-in, Cl.Cm', 'Leg 2: identity, Cl.Cm.P2'])
      await diagram.getByText(leg).waitFor()
    await diagram.getByText('Signed in: identity proven, P2').waitFor()
    await diagram.getByText('Get the user’s details').last().click()
    await page.getByText('Kenneth').first().waitFor()
    for (const summary of await page.locator('summary').all()) await summary.click()
    await journey.arrives(en.footer.development)
    const text = await page.getByRole('main').innerText()
    for (const word of [
      'code_challenge',
      'Client assertion',
      'at_hash',
      '"nonce"',
      'The session has a new id',
    ])
      expect(text).toContain(word)
  })

  it('shows a developer why a sign-in failed at the callback', async () => {
    await using journey = await startJourney()
    journey.op.breakNext('id-token', 'wrong-nonce')
    await journey.go('/account')
    await journey.go('/development')
    await journey.arrives(en.footer.development)
    await journey.page.locator('svg').getByText('Not signed in: id_token_invalid').waitFor()
  })
})
