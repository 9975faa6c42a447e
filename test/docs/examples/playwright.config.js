import { defineConfig } from '@playwright/test'

export default defineConfig({
  testDir: 'playwright',
  // A browser that is on the machine already; without the variable, Playwright's own.
  use: { launchOptions: { executablePath: process.env.CHROMIUM } },
})
