import { PageHead } from '../../ui/panel.tsx';

const Page = () => <PageHead title="Overview" />;

export default Page;
