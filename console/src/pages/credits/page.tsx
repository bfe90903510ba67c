import { PageHead } from '../../ui/panel.tsx';

const Page = () => <PageHead title="Credits" />;

export default Page;
