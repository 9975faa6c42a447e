import { startSimulator, type Simulator } from 'passport-govuk-one-login/simulator'
import request from 'supertest'
import { createApp } from './app'
import { visit } from './visit'

let simulator: Simulator

beforeAll(async () => {
  simulator = await startSimulator()
})
beforeEach(() => simulator.reset())
afterEach(() => {
  jest.useRealTimers()
})
afterAll(() => simulator.close())

test('signs in a user who proves their identity', async () => {
  simulator.respondWith({ user: 'many-given-names', level: 'P2' })
  const page = await visit(request.agent(createApp(simulator.options)), simulator, '/treasure')
  expect(page.body).toMatchObject({ identity: { proven: true } })
})

test('rejects an ID token that was issued to another service', async () => {
  simulator.breakNext('id-token', 'wrong-audience')
  const page = await visit(request.agent(createApp(simulator.options)), simulator, '/dragons')
  expect([page.status, page.text]).toEqual([502, 'id_token_invalid'])
})

test('ends a session that has expired', async () => {
  const session = { absolute: '1h', onExpiry: 'continue' } as const
  const agent = request.agent(createApp({ ...simulator.options, session }))
  await visit(agent, simulator, '/dragons')
  expect((await agent.get('/dragons')).status).toBe(200)
  jest.useFakeTimers({ advanceTimers: true, now: Date.now() + 2 * 60 * 60 * 1000 })
  expect((await agent.get('/dragons')).status).toBe(401)
})
