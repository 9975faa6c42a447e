import { randomUUID } from 'node:crypto'
import { Injectable } from '@nestjs/common'
import type { OneLoginUser } from 'passport-govuk-one-login'

/** A user of this service. */
export interface Account {
  readonly id: string
  readonly email?: string | undefined
  readonly name?: string | undefined
}

/** The accounts of this service. They are in memory here. Use a database in production. */
@Injectable()
export class Accounts {
  private readonly bySub = new Map<string, Account>()

  /** Called at each sign-in. The name comes with a proven identity. */
  update({ sub, email, identity }: OneLoginUser): Account {
    const known = this.bySub.get(sub)
    const name = identity?.proven ? identity.name.full : known?.name
    const account = { id: known?.id ?? randomUUID(), email, name }
    this.bySub.set(sub, account)
    return account
  }
}
