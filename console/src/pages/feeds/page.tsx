import { PageHead } from '../../ui/panel.tsx';

const Page = () => <PageHead title="Feeds" />;

export default Page;
