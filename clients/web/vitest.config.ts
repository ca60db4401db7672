import { defineConfig } from "vitest/config";
import { resolve } from "./workspace.ts";

export default defineConfig({ resolve, test: { include: ["*/tests/**/*.test.{ts,tsx}"] } });
