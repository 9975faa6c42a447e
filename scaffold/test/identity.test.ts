import { pino } from 'pino'
import { afterAll, expect, test } from 'vitest'
import en from '../../example-app/src/locales/en.json' with { type: 'json' }
import { startService } from '../../example-app/src/server.ts'
import { Visitor } from './visitor.ts'

const service = await startService({ PORT: '0' }, pino({ level: 'silent' }), { interactive: false })
const { simulator } = service
afterAll(() => service.close())

test('shows users who prove their identity what One Login confirmed', async () => {
  simulator?.respondWith({ user: 'family-name-first' })
  const { status, text } = await new Visitor(service.url).visit('/identity')
  expect(status).toBe(200)
  expect(text).toContain('Nguyễn Thị Minh Khai')
})

test('keeps out users whose identity could not be proven, and shows no return code', async () => {
  simulator?.respondWith({ user: 'not-proven', returnCodes: ['XQZ'] })
  const { status, text } = await new Visitor(service.url).visit('/identity')
  expect(status).toBe(403)
  expect(text).toContain(en.errors.identityNotProven.title)
  expect(text).not.toContain('XQZ')
})
