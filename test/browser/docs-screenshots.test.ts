import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import en from '../../example-app/src/locales/en.json' with { type: 'json' }
import { startJourney } from './example-journey.ts'
import { expectUnchanged } from './picture.ts'

// Pages show which documents have expired.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-25T12:00:00Z') })
})
afterEach(() => {
  vi.useRealTimers()
})

it.each([
  ['start', '/', en.start.title, 1000],
  ['account', '/account', en.account.title, 1000],
  ['identity', '/identity', en.identity.title, 1000],
  ['identity-phone', '/identity', en.identity.title, 375],
] as const)('the picture %s.png shows the current page', async (name, path, heading, width) => {
  await using journey = await startJourney({ width, response: { user: 'every-document' } })
  await journey.go(path)
  await journey.arrives(heading)
  await expectUnchanged(journey.page, name)
})

it('the picture simulator.png shows the current page', async () => {
  await using journey = await startJourney({ width: 1000, interactive: true })
  await journey.go('/identity')
  await journey.page.getByRole('button', { name: 'Continue to the service' }).click()
  await journey.page.getByRole('heading', { level: 1, name: /^Prove an identity to/ }).waitFor()
  expect(journey.complaints).toEqual([])
  await expectUnchanged(journey.page, 'simulator')
})
