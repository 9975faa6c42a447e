import 'reflect-metadata'
import { Module, type DynamicModule } from '@nestjs/common'
import { APP_FILTER, NestFactory } from '@nestjs/core'
import { PassportModule } from '@nestjs/passport'
import type { NestExpressApplication } from '@nestjs/platform-express'
import session from 'express-session'
import passport from 'passport'
import type { OneLoginOptions } from 'passport-govuk-one-login'
import { Accounts } from './accounts.ts'
import { DragonsController } from './dragons.controller.ts'
import { AccountSerializer, ONE_LOGIN_OPTIONS, OneLogin, OneLoginErrorPage } from './one-login.ts'

@Module({})
export class AppModule {
  static register(options: OneLoginOptions): DynamicModule {
    return {
      module: AppModule,
      imports: [PassportModule.register({ session: true })],
      controllers: [DragonsController],
      providers: [
        Accounts,
        OneLogin,
        AccountSerializer,
        { provide: ONE_LOGIN_OPTIONS, useValue: options },
        { provide: APP_FILTER, useClass: OneLoginErrorPage },
      ],
    }
  }
}

/** Creates the service: with the options of the environment in `main.ts`, and with the simulator's in tests. */
export async function createApp(options: OneLoginOptions, secret: string): Promise<NestExpressApplication> {
  const isProduction = process.env.NODE_ENV === 'production'
  const app = await NestFactory.create<NestExpressApplication>(AppModule.register(options))
  // Trusts the load balancer. Without this, secure cookies are never set.
  if (isProduction) app.set('trust proxy', 1)
  const oneLogin = app.get(OneLogin)
  app.use(
    session({
      secret,
      resave: false,
      saveUninitialized: false,
      cookie: { httpOnly: true, sameSite: 'lax', secure: isProduction },
    }),
    passport.session(),
    oneLogin.session(),
    oneLogin.routes(),
  )
  return app
}
