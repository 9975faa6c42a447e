import { optionsFromEnvironment } from 'passport-govuk-one-login'
import { createApp } from './app.ts'

const app = await createApp(optionsFromEnvironment(process.env), process.env.SESSION_SECRET ?? '')
await app.listen({ port: 3000 })
