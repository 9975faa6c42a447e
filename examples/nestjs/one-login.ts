import { Catch, Inject, Injectable, mixin } from '@nestjs/common'
import type { ArgumentsHost, CanActivate, ExceptionFilter, ExecutionContext, Type } from '@nestjs/common'
import { PassportSerializer, PassportStrategy } from '@nestjs/passport'
import type { Request, RequestHandler, Response } from 'express'
import { OneLoginError, OneLoginStrategy } from 'passport-govuk-one-login'
import type {
  AuthenticationNeeds,
  IdentityNeeds,
  OneLoginOptions,
  OneLoginUser,
} from 'passport-govuk-one-login'
import { Accounts, type Account } from './accounts.ts'

export const ONE_LOGIN_OPTIONS = Symbol('options of One Login')

/** The strategy as a provider. `validate` is its verify callback. */
@Injectable()
export class OneLogin extends PassportStrategy(OneLoginStrategy) {
  constructor(
    @Inject(ONE_LOGIN_OPTIONS) options: OneLoginOptions,
    @Inject(Accounts) private readonly accounts: Accounts,
  ) {
    super(options)
  }

  override validate(user: OneLoginUser): Account {
    return this.accounts.update(user)
  }
}

/** The content of the session about a user. If you have a database, store the ID here and look up the account. */
@Injectable()
export class AccountSerializer extends PassportSerializer {
  override serializeUser(account: Account, done: (error: unknown, kept: Account) => void): void {
    done(null, account)
  }

  override deserializeUser(kept: Account, done: (error: unknown, account: Account) => void): void {
    done(null, kept)
  }
}

/** Turns a guard of this package into a Nest guard. */
function createGuard(handlerOf: (oneLogin: OneLogin) => RequestHandler): Type<CanActivate> {
  @Injectable()
  class Guard implements CanActivate {
    private readonly handler: RequestHandler

    constructor(@Inject(OneLogin) oneLogin: OneLogin) {
      this.handler = handlerOf(oneLogin)
    }

    // If the guard does not let a request through, it has sent the response. The promise then stays open, so that Nest
    // does not send another one.
    canActivate(context: ExecutionContext): Promise<boolean> {
      const http = context.switchToHttp()
      return new Promise((resolve, reject) => {
        void this.handler(http.getRequest<Request>(), http.getResponse<Response>(), (error?: unknown) => {
          if (error) reject(error)
          else resolve(true)
        })
      })
    }
  }
  return mixin(Guard)
}

/** `@UseGuards(RequireAuthentication())`: signs the user in first. */
export const RequireAuthentication = (needs?: AuthenticationNeeds) =>
  createGuard((oneLogin) => oneLogin.requireAuthentication(needs))

/** `@UseGuards(RequireIdentity({ level: 'P2' }))`: asks the user to prove their identity first. */
export const RequireIdentity = (needs: IdentityNeeds) =>
  createGuard((oneLogin) => oneLogin.requireIdentity(needs))

/** The page for each error, including errors of the sign-in and sign-out routes. */
@Catch(OneLoginError)
export class OneLoginErrorPage implements ExceptionFilter<OneLoginError> {
  catch(error: OneLoginError, host: ArgumentsHost): void {
    const page = error.retryable ? 'Try again' : 'Sorry'
    host.switchToHttp().getResponse<Response>().status(error.status).send(`${page}: ${error.code}`)
  }
}
