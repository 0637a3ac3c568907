using Coda.Core.Security;

namespace Coda.Core.Tests.Security;

/// <summary>What counts as a credential, by its name and by its value.</summary>
public sealed class CredentialsTests
{
    [Theory]
    [InlineData("DATABRICKS_TOKEN")]
    [InlineData("github_token")]
    [InlineData("OPENAI_API_KEY")]
    [InlineData("GOOGLE_APIKEY")]
    [InlineData("AWS_ACCESS_KEY_ID")]
    [InlineData("AWS_SECRET_ACCESS_KEY")]
    [InlineData("SSH_PRIVATE_KEY")]
    [InlineData("PGPASSWORD")]
    [InlineData("SUDO_PASSWD")]
    [InlineData("GPG_PASSPHRASE")]
    [InlineData("GOOGLE_APPLICATION_CREDENTIALS")]
    [InlineData("NPM_CONFIG__AUTH")]
    [InlineData("HTTP_AUTHORIZATION")]
    [InlineData("SESSION_COOKIE")]
    [InlineData("AZURE_DEVOPS_EXT_PAT")]
    [InlineData("SENTRY_DSN")]
    [InlineData("MYSQL_PWD")]
    [InlineData("SMTP_PASS")]
    public void A_name_says_that_it_carries_one(string name) => Assert.True(Credentials.LookLike(name, "x"));

    [Theory]
    [InlineData("PATH")]
    [InlineData("PWD")]
    [InlineData("OLDPWD")]
    [InlineData("XAUTHORITY")]
    [InlineData("GIT_AUTHOR_NAME")]
    [InlineData("GIT_ASKPASS")]
    [InlineData("SSH_ASKPASS")]
    [InlineData("PATTERN")]
    [InlineData("XDG_DATA_PATH")]
    [InlineData("KEYBOARD_LAYOUT")]
    [InlineData("DSN_TIMEOUT")]
    [InlineData("PROXY_BYPASS")]
    [InlineData("TOKENIZERS_PARALLELISM")]
    public void An_ordinary_name_raises_no_alarm(string name) => Assert.False(Credentials.LookLike(name, "x"));

    [Theory]
    [InlineData("https://user:secret@host/path")]
    [InlineData("https://t0k3n@host")]
    [InlineData("postgres://user:secret@db:5432/app?x=1")]
    [InlineData("user:secret@proxy")]
    [InlineData("Server=tcp:db;user:secret@host")]
    [InlineData("t0k3n@proxy:3128")]
    [InlineData("dapi0123456789abcdef0123456789abcdef")]
    [InlineData("--key ghp_0123456789abcdefghij")]
    [InlineData("github_pat_0123456789abcdefghij")]
    [InlineData("glpat-0123456789abcdef")]
    [InlineData("sk-ant-0123456789abcdef")]
    [InlineData("AKIA0123456789ABCDEF")]
    [InlineData("xoxb-1-2")]
    [InlineData("AIza0123456789abcdefghijklmnopqrstuvw")]
    [InlineData("Bearer eyJhbGciOiJI.eyJzdWIiOiI.c2ln")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nMII")]
    [InlineData("-----BEGIN OPENSSH PRIVATE KEY-----")]
    public void A_value_shows_that_it_is_one(string value) => Assert.True(Credentials.LookLike("X", value));

    [Theory]
    [InlineData("")]
    [InlineData("/usr/local/bin:/usr/bin:/bin")]
    [InlineData("http://proxy:3128")]
    [InlineData("https://host/@scope/package")]
    [InlineData("me@example.com")]
    [InlineData("git@github.com:me/repository")]
    [InlineData("rs=0:di=01;34:ln=01;36")]
    [InlineData("task-force")]
    [InlineData("desk-0123456789abcdef0123")]
    [InlineData("eyJhbGciOiJI")]
    [InlineData("-----BEGIN PUBLIC KEY-----")]
    [InlineData("unix:path=/run/user/1000/bus,guid=0123456789abcdef0123456789abcdef")]
    [InlineData("0123456789abcdef0123456789abcdef")]
    public void An_ordinary_value_raises_no_alarm(string value) => Assert.False(Credentials.LookLike("X", value));

    [Theory]
    [InlineData("a,")]
    [InlineData("a=")]
    [InlineData("a:")]
    [InlineData("//a")]
    [InlineData("a@")]
    [InlineData("sk-,")]
    [InlineData("eyJ")]
    [InlineData("eyJ-")]
    [InlineData("eyJaaaaaaaa-")]
    [InlineData("ghp_-")]
    [InlineData("-----BEGIN ")]
    [InlineData("a=b:")]
    [InlineData(",a:;")]
    [InlineData(" a@b")]
    public void A_long_value_is_judged_in_a_time_that_grows_with_its_length(string piece) =>
        // With a pattern that begins again at every place these take minutes.
        Assert.False(Credentials.LookLike("LS_COLORS", string.Concat(Enumerable.Repeat(piece, 1_000_000 / piece.Length))));
}
