import { Stage, Tags } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { parseConfig } from '../shared/config/parse.ts';
import type { Config, ConfigInput } from '../shared/config/schema.ts';
import { ClaywatchError } from '../shared/errors.ts';
import { Budget, type BudgetProps } from './constructs/budget.ts';
import { Dashboards } from './constructs/dashboards.ts';
import type { AlarmSet } from './constructs/operator-alarms.ts';
import { Runtime } from './constructs/runtime.ts';
import { State } from './constructs/state.ts';
import type { TableKey } from './constructs/state-table.ts';
import type { Outputs } from './outputs.ts';

export interface ClaywatchProps {
  /** What is watched, and who is told: as in claywatch.config.ts. Its `installation` begins every name. */
  readonly config: ConfigInput;
  /**
   * Where that is put which must survive (table, topics, queues of rows and channels, secrets): another stack, say, with
   * termination protection.
   *
   * @default - here, beside everything else
   */
  readonly stateScope?: Construct;
  /**
   * What becomes of table, secrets and rows when they leave the configuration or their stack is deleted. `destroy` is for
   * trials: everything goes, and the table can be deleted.
   *
   * @default 'retain'
   */
  readonly removal?: 'retain' | 'destroy';
  /**
   * What the table is encrypted with: see {@link TableKey}. Can be changed later, without downtime.
   *
   * @default 'aws-managed'
   */
  readonly tableKey?: TableKey;
  /**
   * How long the logs of functions and the endpoint are kept. They hold no row and no secret.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;
  /**
   * Instances reserved for the watch: one run, and one that repeats or overlaps it. Then 3 are reserved for the
   * forwarder and 2 for each chat channel as well. `none` where the account has too few to reserve any (new ones have
   * ten), and then other functions of the account can starve Claywatch.
   *
   * @default 2
   */
  readonly reservedConcurrency?: number | 'none';
  /**
   * `lean` leaves out alarms of which another one tells as well: see {@link AlarmSet}. An alarm costs 0.10 USD a month
   * for each metric that it looks at, ten of which are free in each account.
   *
   * @default 'lean'
   */
  readonly alarms?: AlarmSet;
  /**
   * The monthly limit for SMS of the account, USD, as SNS has it (Text messaging, Account spend limit): SNS drops every SMS
   * beyond it without an error to anybody. At 80 % the operators are told. A template cannot read it. Without a recipient
   * of SMS there is no alarm.
   *
   * @default 1 - that of an account that never had it raised
   */
  readonly smsSpendLimitUsd?: number;
  /**
   * Two dashboards in CloudWatch: the business (rows, webhooks, credits, incidents), and the machinery. 3 USD a month
   * each; three are free in each account.
   *
   * @default false
   */
  readonly dashboards?: boolean;
  /**
   * A monthly budget, told to the operators. Free. It counts what is tagged `claywatch:installation`, once that is
   * activated as a cost allocation tag in Billing.
   *
   * @default - no budget
   */
  readonly budget?: BudgetProps;
  /**
   * Put on everything that can be tagged, beside `claywatch:installation`.
   *
   * @default - none
   */
  readonly tags?: Readonly<Record<string, string>>;
}

const RESERVED_CONCURRENCY = 2;
/** Of a new account [AWS, SNS quotas]. */
const SMS_SPEND_LIMIT_USD = 1;

/** The tag by which costs are told apart. */
export const INSTALLATION_TAG = 'claywatch:installation';

/**
 * One installation of Claywatch: it watches one Clay workspace. Several fit in an account, in an app, or in a stack,
 * each with a name of its own.
 *
 * Throws `config.invalid` for a configuration that cannot be deployed, or an installation that is there already.
 */
export class Claywatch extends Construct {
  readonly config: Config;
  /** What survives. */
  readonly state: State;
  /** What can be made again at any time. */
  readonly runtime: Runtime;
  /** Addresses and names that people and programs need: see `addOutputs`. */
  readonly outputs: Outputs;

  constructor(scope: Construct, id: string, props: ClaywatchProps) {
    super(scope, id);
    this.config = parseConfig(props.config, 'config');
    const { installation } = this.config;
    refuseTwins(this, installation);
    this.state = new State(props.stateScope ?? this, props.stateScope ? id : 'State', {
      config: this.config,
      tableKey: props.tableKey ?? 'aws-managed',
      removal: props.removal ?? 'retain',
    });
    const { reservedConcurrency = RESERVED_CONCURRENCY } = props;
    this.runtime = new Runtime(this, 'Default', {
      config: this.config,
      state: this.state,
      reservedConcurrency: reservedConcurrency === 'none' ? undefined : reservedConcurrency,
      logRetention: props.logRetention ?? RetentionDays.ONE_MONTH,
      alarms: props.alarms ?? 'lean',
      smsSpendLimitUsd: props.smsSpendLimitUsd ?? SMS_SPEND_LIMIT_USD,
    });
    this.outputs = { ...this.state.outputs, ...this.runtime.outputs };
    if (props.dashboards) {
      new Dashboards(this, 'Dashboards', {
        config: this.config,
        functions: this.runtime.functions,
        api: this.runtime.api,
        tableName: this.state.table.tableName,
        alarmsIn: this.runtime,
      });
    }
    if (props.budget) {
      new Budget(this, 'Budget', { ...props.budget, installation, operators: this.state.operators });
    }
    for (const part of [this, this.state]) {
      for (const [key, value] of Object.entries({ ...props.tags, [INSTALLATION_TAG]: installation })) {
        Tags.of(part).add(key, value);
      }
    }
  }
}

/** Two of one name would fight over every resource. Elsewhere, in another stage, is another account or region. */
const refuseTwins = (own: Claywatch, installation: string): void => {
  const stage = Stage.of(own);
  const twin = own.node.root.node
    .findAll()
    .find(
      (other) =>
        other instanceof Claywatch &&
        other !== own &&
        other.config?.installation === installation &&
        Stage.of(other) === stage,
    );
  if (!twin) return;
  throw new ClaywatchError(
    'config.invalid',
    `There are two installations named "${installation}": ${twin.node.path} and ${own.node.path}.`,
    'Give each another name: installation in its configuration. To deploy one to several accounts or regions, put each into a Stage of its own.',
  );
};
