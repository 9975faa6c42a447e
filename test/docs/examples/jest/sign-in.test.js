import { afterAll, beforeEach, expect, test } from '@jest/globals'
import { startSimulator } from 'passport-govuk-one-login/simulator'
import request from 'supertest'
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
  const page = await visit(request.agent(app), simulator, '/dragons')
  expect(page.text).toBe('Dragons of typical@example.com')
})

test('proves an identity', async () => {
  simulator.respondWith({ user: 'many-given-names' })
  const page = await visit(request.agent(app), simulator, '/treasure')
  expect(page.text).toBe('Treasure of Alice Jane Laura Mary Anne van den Berg')
})

test('rejects an ID token for another user', async () => {
  simulator.breakNext('id-token', 'wrong-audience')
  const page = await visit(request.agent(app), simulator, '/dragons')
  expect([page.status, page.text]).toEqual([502, 'id_token_invalid'])
})
