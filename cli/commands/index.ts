import type { Command } from 'commander';
import type { ExitCode } from '../exit-code.ts';
import type { Terminal } from '../terminal.ts';
import { registerAudit } from './audit.ts';
import { registerCompletion } from './completion.ts';
import { registerConfig } from './config.ts';
import { registerCredits } from './credits.ts';
import { registerDeadLetters } from './dead-letters.ts';
import { registerDoctor } from './doctor.ts';
import { registerDrill } from './drill.ts';
import { registerExplain } from './explain.ts';
import { registerFailover } from './failover.ts';
import { registerHold } from './hold.ts';
import { registerIncidents } from './incidents.ts';
import { registerInit } from './init.ts';
import { registerNotify } from './notify.ts';
import { registerOpen } from './open.ts';
import { registerPostmortem } from './postmortem.ts';
import { registerReplay } from './replay.ts';
import { registerResume } from './resume.ts';
import { registerRotate } from './rotate.ts';
import { registerSilence } from './silence.ts';
import { registerStatus } from './status.ts';
import { registerTriage } from './triage.ts';
import { registerUsage } from './usage.ts';
import { registerWebhook } from './webhook.ts';

/**
 * Adds one command to the program. It declares words and options, loads the rest only when it is called, and says
 * with what code to exit.
 */
export type Register = (program: Command, terminal: Terminal, exit: (code: ExitCode) => void) => void;

/** Every command, in the order of the help. To add one: a file beside this one, and its name here. */
export const COMMANDS: readonly Register[] = [
  registerInit,
  registerTriage,
  registerExplain,
  registerIncidents,
  registerPostmortem,
  registerOpen,
  registerStatus,
  registerHold,
  registerResume,
  registerFailover,
  registerReplay,
  registerDeadLetters,
  registerDoctor,
  registerDrill,
  registerRotate,
  registerSilence,
  registerNotify,
  registerUsage,
  registerWebhook,
  registerCredits,
  registerAudit,
  registerConfig,
  registerCompletion,
];
