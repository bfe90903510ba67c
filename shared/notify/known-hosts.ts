import type { Config } from '../config/schema.ts';

/**
 * Every host that the configuration names, and so the only ones that stay links in a message. All others are shown as
 * text that cannot be clicked, because what is probed may answer with anything.
 */
export const knownHosts = (config: Config): ReadonlySet<string> => {
  const endpoints = [
    config.integration,
    ...Object.values(config.probes),
    ...Object.values(config.feeds).map(({ callback }) => callback),
  ];
  const { webUrl, apiUrl, publicApiUrl, statusPageUrl } = config.clay;
  const urls = [
    webUrl,
    apiUrl,
    publicApiUrl,
    statusPageUrl,
    ...config.connectivity.urls,
    ...endpoints.flatMap((endpoint) => endpoint?.url ?? []),
  ];
  return new Set(urls.flatMap((url) => URL.parse(url)?.host ?? []));
};
