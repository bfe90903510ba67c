import type { PageProps } from '../../pages.ts';
import { FeedPage } from './feed-page.tsx';
import { FeedsPage } from './feeds-page.tsx';

const Page = ({ route }: PageProps) =>
  route.id === null ? <FeedsPage /> : <FeedPage name={route.id} route={route} />;

export default Page;
