import { describe, expect, it } from 'vitest'
import cy from '../../example-app/src/locales/cy.json' with { type: 'json' }
import en from '../../example-app/src/locales/en.json' with { type: 'json' }
import { startJourney, type Journey } from './example-journey.ts'
import { screenWidths } from './screen-widths.ts'

const ways = (['en', 'cy'] as const).flatMap((lang) =>
  screenWidths.flatMap((width) =>
    [true, false].map((javaScriptEnabled) => ({ lang, width, javaScriptEnabled })),
  ),
)

// `arrives` checks every page: axe finds nothing, nothing is wider than the screen, no script fails.
describe.each(ways)('In $lang, $width pixels wide, with JavaScript: $javaScriptEnabled', (way) => {
  const t = { en, cy }[way.lang]

  async function visit(journey: Journey, pages: readonly (readonly [path: string, heading: string])[]) {
    for (const [path, heading] of pages) {
      await journey.go(path)
      await journey.arrives(heading)
    }
  }

  it('every page of a user who is not signed in is accessible', async () => {
    await using journey = await startJourney(way)
    await visit(journey, [
      ['/', t.start.title],
      ['/contact', t.texts.contact.title],
      ['/privacy', t.texts.privacy.title],
      ['/cookies', t.texts.cookies.title],
      ['/accessibility', t.texts.accessibility.title],
      ['/signed-out', t.signedOut.title],
      ['/signed-out?state=asked', t.signedOut.asked],
      ['/landing', t.identityInPerson.title],
      ['/nowhere', t.errors.notFound.title],
      ['/development', en.footer.development],
    ])
  })

  it('every page of a user who is signed in is accessible', async () => {
    await using journey = await startJourney({ ...way, response: { user: 'previous-addresses' } })
    await visit(journey, [
      ['/account', t.account.title],
      ['/identity', t.identity.title],
      ['/bank-details', t.bankDetails.title],
    ])
    await journey.page.getByRole('button', { name: t.bankDetails.button }).click()
    await journey.arrives(t.bankDetails.title)
    await visit(journey, [
      ['/bank-details/changed', t.bankDetails.changed],
      ['/development', en.footer.development],
    ])
  })

  it.each(['long-names', 'expired-passport', 'address-abroad'] as const)(
    'the details of the user %s are accessible',
    async (user) => {
      await using journey = await startJourney({ ...way, response: { user } })
      await visit(journey, [['/identity', t.identity.title]])
    },
  )

  it('every error page is accessible', async () => {
    await using journey = await startJourney(way)
    for (const [error, name] of [
      ['access_denied', 'accessDenied'],
      ['temporarily_unavailable', 'tryAgainLater'],
      ['unauthorized_client', 'unavailable'],
      ['invalid_scope', 'fault'],
      ['login_required', 'signedOut'],
    ] as const) {
      journey.op.respondWith({ error: { error } })
      await visit(journey, [['/account', t.errors[name].title]])
    }
    await visit(journey, [['/auth/callback?code=1&state=2', t.errors.sessionLost.title]])
    journey.op.respondWith({ user: 'no-identity' })
    await visit(journey, [['/identity', t.errors.identityNotProven.title]])
    const entry = journey.page.getByRole('link', {
      name: t.navigation.account,
      exact: true,
      includeHidden: true,
    })
    expect(await entry.count()).toBe(1)
  })
})
