import { startSimulator } from 'passport-govuk-one-login/simulator'
import request from 'supertest'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { createApp } from './app.js'
import { visit } from './visit.js'

const simulator = await startSimulator()
const app = createApp(simulator.options)
beforeEach(() => {
  simulator.reset()
  simulator.respondWith({})
})
afterAll(() => simulator.close())

test('shows the account of a user who signs in', async () => {
  simulator.respondWith({ user: 'no-phone' })
  const page = await visit(request.agent(app), simulator, '/account')
  expect(page.text).toBe('You are signed in as no-phone@example.com')
})

test('shows the treasure to a user who proves their identity', async () => {
  simulator.respondWith({ user: 'family-name-first', level: 'P2' })
  const page = await visit(request.agent(app), simulator, '/treasure')
  expect(page.text).toContain('Treasure of Nguyễn Thị Minh Khai')
})

test('shows no treasure without a proven identity', async () => {
  simulator.respondWith({ user: 'not-proven' })
  const page = await visit(request.agent(app), simulator, '/treasure')
  expect(page.status).toBe(403)
  expect(page.text).toContain('We could not prove your identity')
})

test('asks the user to start again when One Login is unavailable', async () => {
  simulator.breakNext('authorize', 'temporarily-unavailable')
  const page = await visit(request.agent(app), simulator, '/account')
  expect(page.status).toBe(503)
  expect(page.text).toContain('Start again')
})
