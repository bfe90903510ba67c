import { PageHead } from '../../ui/panel.tsx';

const Page = () => <PageHead title="Audit" />;

export default Page;
