using System.IO.Compression;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.ResponseCompression;

namespace Coda.Web.Components;

/// <summary>
/// What static assets lack when the build has done its part: packages' own are not compressed, and chunks are not known to be immutable.
/// </summary>
internal static partial class AssetDelivery
{
    private const string Immutable = "max-age=31536000, immutable";

    /// <summary>Adds compression.</summary>
    public static IServiceCollection AddAssetDelivery(this IServiceCollection services) => services
        .Configure<BrotliCompressionProviderOptions>(options => options.Level = CompressionLevel.Fastest)
        .Configure<GzipCompressionProviderOptions>(options => options.Level = CompressionLevel.Fastest)
        .AddResponseCompression(options =>
        {
            // Nothing compressed here has a secret in it that a foreign page could probe.
            options.EnableForHttps = true;
            options.MimeTypes = ["text/css", "text/javascript", "text/plain", "application/json"];
        });

    /// <summary>
    /// Compresses packages' assets, timings and overviews of recordings, and lets browsers keep chunks:
    /// their names are hashes of their content.
    /// </summary>
    public static void UseAssetDelivery(this WebApplication app)
    {
        app.UseWhen(context => Compressible().IsMatch(context.Request.Path.Value ?? ""), branch => branch.UseResponseCompression());
        app.Use((context, next) =>
        {
            if (Chunk().IsMatch(context.Request.Path.Value ?? ""))
            {
                context.Response.OnStarting(() =>
                {
                    if (context.Response.StatusCode is StatusCodes.Status200OK or StatusCodes.Status304NotModified)
                    {
                        context.Response.Headers.CacheControl = Immutable;
                    }

                    return Task.CompletedTask;
                });
            }

            return next(context);
        });
    }

    [GeneratedRegex(
        @"^/(_content/.*\.(css|js)|recordings/[^/]+/(timing|overview))$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Compressible();

    [GeneratedRegex(@"^/js/[\w-]+-[A-Z0-9]{8}\.js$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Chunk();
}
