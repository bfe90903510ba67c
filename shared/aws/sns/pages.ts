import type { PagePublisher } from '../../notify/publisher.ts';
import { createSnsPublisher, type SnsPublisherOptions } from './publisher.ts';

/** Publishes to the topic of pages, where each person is subscribed by name: the attribute `person`. */
export const createSnsPagePublisher = (options: SnsPublisherOptions): PagePublisher => {
  const publisher = createSnsPublisher(options);
  return {
    publish: (person, notification) =>
      publisher.publish({ ...notification, attributes: { ...notification.attributes, person } }),
  };
};
