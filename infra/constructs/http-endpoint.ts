import { RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  CfnIntegration,
  type CfnStage,
  HttpApi,
  HttpMethod,
  type HttpRoute as HttpRouteConstruct,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { FunctionDescription, HttpTrigger, Route } from '../../functions/manifest.ts';
import { acknowledge } from '../acknowledge.ts';

export interface HttpRoute {
  readonly description: FunctionDescription & { readonly trigger: HttpTrigger };
  readonly target: IFunction;
}

/** Ten times what one Clay workspace sends at most [C, clay-facts]; beyond it API Gateway itself answers 429. */
const PER_SECOND = 1_000;

/**
 * Where people and Slack ask: far more than they ever do. Whoever opens links at will that are none neither costs much
 * nor takes anything away from rows.
 */
const PER_SECOND_OF_PEOPLE = 50;
/** Routes on which rows come and go, and the one that applications may ask with every row. */
const OF_ROWS = /^POST \/v1\/(?:rows|callbacks|submissions)\/|^GET \/v1\/status$/;

/** Requests a second that a route lets through, of everybody together. */
export const perSecondOf = (route: Route): number =>
  OF_ROWS.test(route) ? PER_SECOND : PER_SECOND_OF_PEOPLE;

/** What API Gateway answers when a function cannot be started, dies or takes too long. */
const OWN_FAULTS = ['500', '502', '503', '504'];

const BY_HEADER =
  "Whoever asks sends a static header: Clay's columns can send neither a signature nor a token. The function compares it in constant time, with two valid during rotation.";
const BY_LINK =
  'Whoever opens it has no credentials but the link: signed, for one incident and purpose, and expiring. The function verifies it, and opening alone changes nothing.';
const BY_SLACK =
  "Slack signs what it sends with the app's signing secret, which no authorizer of API Gateway can check. The function verifies signature and time.";

const BY_SESSION =
  "People sign in with a secret or by an identity provider, and their browser then sends a signed, short-lived cookie that scripts cannot read; programs send a secret in a header. The function verifies either in constant time, limits failed sign-ins, and lets only the console's own page change something.";
const TO_ANYBODY =
  'It is for anybody: a page without anything of the pipeline in it, or what people have published for its users.';

/** How whoever asks proves who they are, for lack of an authorizer. */
const provenBy = (route: Route): string => {
  if (/ \/(?:status|console$|console\/(?:assets\/)?\{|$)/.test(route)) return TO_ANYBODY;
  if (/ \/console\//.test(route)) return BY_SESSION;
  if (route.endsWith(' /i/{token}')) return BY_LINK;
  return route.includes(' /v1/slack/') ? BY_SLACK : BY_HEADER;
};

/** No path, address, header or query: anything may stand there, a secret too. */
const LOGGED = {
  requestId: '$context.requestId',
  time: '$context.requestTime',
  route: '$context.routeKey',
  status: '$context.status',
  responseMs: '$context.responseLatency',
  functionMs: '$context.integrationLatency',
  functionError: '$context.integrationErrorMessage',
};

/** The public endpoint with a route for each function that has one: throttled, and logged without content. */
export class HttpEndpoint extends Construct {
  readonly api: HttpApi;
  readonly stage: HttpStage;
  readonly accessLog: LogGroup;

  constructor(
    scope: Construct,
    id: string,
    installation: string,
    routes: readonly HttpRoute[],
    logRetention: RetentionDays,
  ) {
    super(scope, id);
    this.api = new HttpApi(this, 'Api', {
      apiName: `${installation}-endpoint`,
      description:
        'Claywatch: rows to Clay, rows coming back from it, how it goes, incidents, the console and the status page.',
      createDefaultStage: false,
    });
    const made = routes.flatMap(({ description, target }) => this.addRoute(description, target));
    this.accessLog = new LogGroup(this, 'AccessLog', {
      // Below this prefix the log needs no policy of its own, of which an account has ten.
      logGroupName: `/aws/vendedlogs/${installation}-endpoint`,
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      autoDeploy: true,
      throttle: { rateLimit: PER_SECOND, burstLimit: PER_SECOND },
      accessLogSettings: {
        destination: new LogGroupLogDestination(this.accessLog),
        format: AccessLogFormat.custom(JSON.stringify(LOGGED)),
      },
    });
    this.throttlePeople(
      routes.flatMap(({ description }) => description.trigger.routes),
      made,
    );
  }

  /** Each route by itself, below what the stage lets through altogether. */
  private throttlePeople(routes: readonly Route[], made: readonly HttpRouteConstruct[]): void {
    const limit = {
      ThrottlingRateLimit: PER_SECOND_OF_PEOPLE,
      ThrottlingBurstLimit: 2 * PER_SECOND_OF_PEOPLE,
    };
    const stage = this.stage.node.defaultChild as CfnStage;
    stage.routeSettings = Object.fromEntries(
      routes.filter((route) => perSecondOf(route) < PER_SECOND).map((route) => [route, limit]),
    );
    // A stage refuses settings of a route that is not there yet.
    for (const route of made) stage.node.addDependency(route);
  }

  private addRoute(
    { name, trigger }: HttpRoute['description'],
    target: IFunction,
  ): readonly HttpRouteConstruct[] {
    const integration = new HttpLambdaIntegration(`${name}-integration`, target, {
      // A permission for each of many routes says no more than one for the endpoint, and a stack has 500 resources.
      scopePermissionToRoute: trigger.routes.length === 1,
    });
    const routes = trigger.routes.flatMap((route) => {
      const [method, path = ''] = route.split(' ');
      const made = this.api.addRoutes({ path, methods: [HttpMethod[method as 'GET' | 'POST']], integration });
      for (const each of made) acknowledge(each, 'AwsSolutions-APIG4', provenBy(route));
      return made;
    });
    // The first route makes the integration, and the others share it.
    const made = routes[0]?.node.findAll().find((construct) => construct instanceof CfnIntegration);
    if (!made) throw new Error(`no integration was made for ${name}`);
    // Clay repeats a row that was answered 429, and loses one that was answered 5xx [C, clay-facts]. To a browser and to
    // Slack either is a failure that they show, and the page of a function that answers 503 is kept.
    made.responseParameters = Object.fromEntries(
      OWN_FAULTS.map((status) => [
        status,
        {
          ResponseParameters: [
            { Destination: 'overwrite:statuscode', Source: '429' },
            { Destination: 'overwrite:header.retry-after', Source: '1' },
          ],
        },
      ]),
    );
    return routes;
  }
}
