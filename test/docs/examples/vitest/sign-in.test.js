import { startSimulator } from 'passport-govuk-one-login/simulator'
import request from 'supertest'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { createApp } from '../app.js'
import { visit } from '../visit.js'

const op = await startSimulator()
const app = createApp(op.options)
afterAll(() => op.close())
beforeEach(() => {
  op.reset()
  op.respondWith({})
})

test('lets a user in who signs in', async () => {
  op.respondWith({ user: 'no-phone' })
  const page = await visit(request.agent(app), op, '/dragons')
  expect(page.text).toBe('Dragons of no-phone@example.com')
})

test('shows the whole name of a user who proves their identity', async () => {
  op.respondWith({ user: 'family-name-first', level: 'P2' })
  const page = await visit(request.agent(app), op, '/treasure')
  expect(page.text).toBe('Treasure of Nguyễn Thị Minh Khai')
})

test('keeps out a user whose identity could not be proven', async () => {
  op.respondWith({ user: 'not-proven' })
  const page = await visit(request.agent(app), op, '/treasure')
  expect([page.status, page.text]).toEqual([403, 'identity_not_proven'])
})

test.for(['access-denied', 'temporarily-unavailable'])('has a page for %s', async (fault) => {
  op.breakNext('authorize', fault)
  const page = await visit(request.agent(app), op, '/dragons')
  expect(page.text).toBe(fault.replace('-', '_'))
})
