import { describe, expect, it } from 'vitest';
import { renderOpenApi } from '../../../docs/openapi.ts';
import { pages } from '../../../docs/pages.ts';
import { ACTIONS } from '../../../functions/incidents/request.ts';
import { ROUTES } from '../../../functions/incidents/routes.ts';
import { ROUTES as OPERATIONS } from '../../../functions/operate/routes.ts';
import { ROUTES as REPORTS } from '../../../functions/report/routes.ts';

const document = JSON.parse(renderOpenApi());

interface Operation {
  readonly path: string;
  readonly method: string;
  readonly operation: {
    readonly operationId: string;
    readonly parameters?: readonly { readonly name: string; readonly in: string }[];
    readonly responses: Readonly<Record<string, unknown>>;
  };
}

const operations: readonly Operation[] = Object.entries<Record<string, Operation['operation']>>(
  document.paths,
).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

const refsIn = (value: unknown): readonly string[] => {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    name === '$ref' ? [String(member)] : refsIn(member),
  );
};

describe('the API document', () => {
  it('is one of the generated pages, so that it is checked for drift', () => {
    expect(pages().get('openapi.json')).toBe(renderOpenApi());
    expect(document.openapi).toBe('3.1.0');
  });

  it('has every route and every action, each with a name of its own', () => {
    const written = operations.map(({ path, method }) => `${method.toUpperCase()} ${path}`);
    const { act, ...others } = ROUTES;
    expect(written.toSorted()).toEqual(
      [
        'GET /v1/status',
        ...Object.values(others),
        ...Object.values(REPORTS),
        ...Object.values(OPERATIONS),
        ...Object.keys(ACTIONS).map((action) => act.replace('{action}', action)),
      ].toSorted(),
    );
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length);
  });

  it('declares exactly the parameters that its paths have', () => {
    for (const { path, operation } of operations) {
      const inPath = (operation.parameters ?? []).filter((one) => one.in === 'path').map(({ name }) => name);
      expect(inPath).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    }
  });

  it('refers only to what it has, and uses all of it', () => {
    const refs = new Set(refsIn(document));
    const own = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
    expect([...refs].toSorted()).toEqual(own.toSorted());
    expect(JSON.stringify(document)).not.toMatch(/"\$schema"|"\$id"|__shared/);
  });

  it('says of every operation what comes when it fails', () => {
    for (const { operation } of operations)
      expect(Object.keys(operation.responses).some((status) => Number(status) >= 400)).toBe(true);
  });
});
