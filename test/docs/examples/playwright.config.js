import { defineConfig } from '@playwright/test'

export default defineConfig({
  testDir: 'playwright',
  // The path of an installed browser. If not set, Playwright uses its own.
  use: { launchOptions: { executablePath: process.env.CHROMIUM } },
})
