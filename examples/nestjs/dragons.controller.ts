import { Controller, createParamDecorator, Get, UseGuards } from '@nestjs/common'
import type { ExecutionContext } from '@nestjs/common'
import type { Request } from 'express'
import type { Account } from './accounts.ts'
import { RequireAuthentication, RequireIdentity } from './one-login.ts'

const SignedIn = createParamDecorator(
  (_data: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<Request>().user,
)

@Controller()
export class DragonsController {
  @Get()
  home(@SignedIn() account?: Account): string {
    return account ? `Hello ${account.email ?? 'you'}` : 'Nobody is signed in'
  }

  @Get('dragons')
  @UseGuards(RequireAuthentication())
  dragons(@SignedIn() account: Account): string {
    return `Dragons of ${account.email ?? 'you'}`
  }

  @Get('treasure')
  @UseGuards(RequireIdentity({ level: 'P2' }))
  treasure(@SignedIn() account: Account): string {
    return `Treasure of ${account.name ?? ''}`
  }
}
