import { describe } from 'vitest'
import { provesTheJourneys } from '../journeys.ts'
import { startExample } from '../started-example.ts'
import { createApp } from './app.ts'

describe('The Fastify example on Express', () => {
  provesTheJourneys(() =>
    startExample(async (options, port) => {
      const app = await createApp(options, 'for tests')
      await app.listen({ port, host: '127.0.0.1' })
      return () => app.close()
    }),
  )
})
