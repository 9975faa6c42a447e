import { pino } from 'pino'
import { afterAll, beforeEach, expect, test } from 'vitest'
import cy from '../../example-app/src/locales/cy.json' with { type: 'json' }
import en from '../../example-app/src/locales/en.json' with { type: 'json' }
import { startService } from '../../example-app/src/server.ts'
import { Visitor } from './visitor.ts'

const service = await startService({ PORT: '0' }, pino({ level: 'silent' }), { interactive: false })
const { simulator } = service
afterAll(() => service.close())
beforeEach(() => {
  simulator?.reset()
  simulator?.respondWith({})
})

test('has a start page that anyone can see, in English and in Welsh', async () => {
  const visitor = new Visitor(service.url)
  expect((await visitor.visit('/')).text).toContain(en.start.lead)
  expect((await visitor.visit('/?lang=cy')).text).toContain(cy.start.lead)
})

test('lets in users who sign in', async () => {
  simulator?.respondWith({ user: 'no-phone' })
  const { status, text } = await new Visitor(service.url).visit('/account')
  expect(status).toBe(200)
  expect(text).toContain('no-phone@example.com')
})

test('tells users who could not sign in what to do next', async () => {
  simulator?.respondWith({ error: { error: 'access_denied' } })
  const { status, text } = await new Visitor(service.url).visit('/account')
  expect(status).toBe(403)
  expect(text).toContain(en.errors.accessDenied.title)
  expect(text).toContain(en.errors.otherWayText)
})

test('signs users out of One Login too', async () => {
  const visitor = new Visitor(service.url)
  await visitor.visit('/account')
  const { status, headers } = await visitor.submit('/sign-out')
  expect(status).toBe(303)
  expect(headers.location).toContain(`${simulator?.issuer}logout?`)
})

test('rejects a form from another site', async () => {
  const visitor = new Visitor(service.url)
  await visitor.visit('/account')
  expect((await visitor.post('/bank-details', { account: '00733445', _csrf: 'forged' })).status).toBe(403)
  const { headers } = await visitor.submit('/bank-details', { account: '00733445' })
  expect(headers.location).toBe('/bank-details/changed')
})

test('ends the sessions of a user who signs out of One Login elsewhere', async () => {
  const user = { sub: 'urn:fdc:gov.uk:2022:someone', email: 'someone@example.com' }
  simulator?.respondWith({ user })
  const visitor = new Visitor(service.url)
  await visitor.visit('/account')
  await simulator?.signOut(user.sub)
  simulator?.respondWith({ error: { error: 'access_denied' } })
  expect((await visitor.visit('/account')).status).toBe(403)
})
