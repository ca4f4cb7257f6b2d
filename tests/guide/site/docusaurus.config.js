export default {
  title: 'Photos',
  url: 'https://example.org',
  baseUrl: '/',
  plugins: ['docusaurus-plugin-snipproof'],
};
