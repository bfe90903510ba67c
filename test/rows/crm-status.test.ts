import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../shared/config/parse.ts';
import { parseCallbackBody } from '../../shared/rows/callback-body.ts';

const crmOf = (body: object, callbacks: object = {}): unknown => {
  const { leads } = parseConfig({ feeds: { leads: { callbacks } } }, 'test').feeds;
  if (!leads) throw new Error('no feed');
  const text = JSON.stringify({ row_id: 'row-1', ...body });
  const parsed = parseCallbackBody(text, 'application/json', leads.callbacks, 0);
  if (parsed.kind !== 'one' || parsed.item.kind !== 'callback') throw new Error(parsed.kind);
  return parsed.item.record.crm;
};

describe('what came of the CRM column', () => {
  it.each([
    ['mismatch'],
    ['WRONG_DATA'],
    ['wrong field'],
    ['Invalid value'],
    [422],
    ['400'],
    ['Property "job_title" does not exist'],
    ['Settings contains deleted column'],
    ['Body parse error'],
  ])('is wrong data where it says %j', (crm_status) => {
    expect(crmOf({ crm_status })).toBe('wrong');
  });

  it.each([
    ['401', 'failed'],
    ['Token has expired', undefined],
    [500, 'failed'],
    ['429', 'failed'],
    ['created', 'ok'],
  ])('is something else where it says %j', (crm_status, crm) => {
    expect(crmOf({ crm_status })).toBe(crm);
  });

  it('is what the configuration says of a word of our own, in any case of its letters', () => {
    const crmStatuses = { 'Not ours': 'wrong', Parked: 'ok', mismatch: 'failed' };
    expect(crmOf({ crm_status: 'not ours' }, { crmStatuses })).toBe('wrong');
    expect(crmOf({ crm_status: 'PARKED' }, { crmStatuses })).toBe('ok');
    expect(crmOf({ crm_status: 'mismatch' }, { crmStatuses })).toBe('failed');
  });

  it.each([[['work_email', 'phone']], ['work_email, phone'], [{ work_email: 'a', phone: 1, company: '' }]])(
    'is wrong data where %j fills a field that nobody declared',
    (fields) => {
      const declaredFields = ['work_email', 'company'];
      expect(crmOf({ fields, crm_status: 'created' }, { declaredFields })).toBe('wrong');
      expect(crmOf({ fields, crm_status: 'created' }, { declaredFields: [...declaredFields, 'phone'] })).toBe(
        'ok',
      );
      expect(crmOf({ fields, crm_status: 'created' })).toBe('ok');
      expect(crmOf({ fields, crm_status: '500' }, { declaredFields })).toBe('failed');
    },
  );

  it('never holds a value of the row', () => {
    const { leads } = parseConfig(
      { feeds: { leads: { callbacks: { declaredFields: ['x'] } } } },
      'test',
    ).feeds;
    if (!leads) throw new Error('no feed');
    const body = JSON.stringify({ row_id: 'row-1', fields: { phone: 'secret-of-the-row' } });
    expect(JSON.stringify(parseCallbackBody(body, 'application/json', leads.callbacks, 0))).not.toContain(
      'secret-of',
    );
  });
});
