import { Logger } from '@nestjs/common'
import { describe } from 'vitest'
import { provesTheJourneys } from '../journeys.ts'
import { startExample } from '../started-example.ts'
import { createApp } from './app.ts'

Logger.overrideLogger(['error', 'warn'])

describe('The NestJS example', () => {
  provesTheJourneys(() =>
    startExample(async (options, port) => {
      const app = await createApp(options, 'for tests')
      await app.listen(port, '127.0.0.1')
      return () => app.close()
    }),
  )
})
