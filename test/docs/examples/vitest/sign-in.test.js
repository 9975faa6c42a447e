import { startSimulator } from 'passport-govuk-one-login/simulator'
import request from 'supertest'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { createApp } from '../app.js'
import { visit } from '../visit.js'

const simulator = await startSimulator()
const app = createApp(simulator.options)
afterAll(() => simulator.close())
beforeEach(() => {
  simulator.reset()
  simulator.respondWith({})
})

test('lets a user in who signs in', async () => {
  simulator.respondWith({ user: 'no-phone' })
  const page = await visit(request.agent(app), simulator, '/dragons')
  expect(page.text).toBe('Dragons of no-phone@example.com')
})

test('shows the whole name of a user who proves their identity', async () => {
  simulator.respondWith({ user: 'family-name-first', level: 'P2' })
  const page = await visit(request.agent(app), simulator, '/treasure')
  expect(page.text).toBe('Treasure of Nguyễn Thị Minh Khai')
})

test('keeps out a user whose identity could not be proven', async () => {
  simulator.respondWith({ user: 'not-proven' })
  const page = await visit(request.agent(app), simulator, '/treasure')
  expect([page.status, page.text]).toEqual([403, 'identity_not_proven'])
})

test.for(['access-denied', 'temporarily-unavailable'])('has a page for %s', async (fault) => {
  simulator.breakNext('authorize', fault)
  const page = await visit(request.agent(app), simulator, '/dragons')
  expect(page.text).toBe(fault.replace('-', '_'))
})
