import { afterAll, beforeEach, expect, test } from '@jest/globals'
import { startSimulator } from 'passport-govuk-one-login/simulator'
import request from 'supertest'
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
  const page = await visit(request.agent(app), op, '/dragons')
  expect(page.text).toBe('Dragons of typical@example.com')
})

test('proves an identity', async () => {
  op.respondWith({ user: 'many-given-names' })
  const page = await visit(request.agent(app), op, '/treasure')
  expect(page.text).toBe('Treasure of Alice Jane Laura Mary Anne van den Berg')
})

test('refuses an ID token that was made for somebody else', async () => {
  op.breakNext('id-token', 'wrong-audience')
  const page = await visit(request.agent(app), op, '/dragons')
  expect([page.status, page.text]).toEqual([502, 'id_token_invalid'])
})
